import type { ObservationView, Strength, TimelineLine } from '../../observation/view.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import { t } from '../../ui/messages/messages.ts';
import { clockTime, fullDay, longDay } from '../../ui/times.ts';
import { visitNames } from '../../ui/visit_names.ts';
import { useDevice } from '../../visits/device_context.ts';
import type { FeedbackDraft, Step } from '../feedback_draft.ts';
import { STEP_ROWS } from '../step_rows.ts';
import { countsOf } from './counts.ts';
import { listTimes } from './list_times.ts';
import { promptOf } from './note_text.ts';
import { Seen } from './seen.tsx';

interface Props {
  draft: FeedbackDraft;
  view: ObservationView;
  protocol: Protocol | null;
}

/** In the order and words of the notes (server/noticing/feedback/templates/feedback). */
export function Preview({ draft, view, protocol }: Props) {
  const by_id = new Map(view.timeline.map((line) => [line.entry_id, line]));
  const linesOf = (ids: readonly string[]) => ids.flatMap((id) => by_id.get(id) ?? []);
  return (
    <article class="preview">
      <PreviewHead view={view} protocol={protocol} />
      <h3>{t('composer.strengths')}</h3>
      {draft.strengths.map((strength, at) => (
        <StrengthText key={at} strength={strength} lines={linesOf(strength.evidence)} />
      ))}
      {draft.strengths.length === 0 && <p class="soft">{t('preview.nothing_written')}</p>}
      <h3>{t('preview.seen')}</h3>
      <Seen lines={linesOf(draft.evidence)} view={view} protocol={protocol} />
      {countsOf(view, protocol).map((count) => (
        <section key={count.title} class="preview-count">
          <h3>{count.title}</h3>
          <p>{count.sentence}</p>
          <PreviewRows rows={count.rows.map(({ label, value }) => [label, value])} />
        </section>
      ))}
      <h3>{t('preview.step_to_try')}</h3>
      <StepText step={draft.step} />
      {draft.questions.length > 0 && <h3>{t('composer.questions')}</h3>}
      <ol class="preview-questions">
        {draft.questions.map((question, at) => (
          <li key={at}>{question}</li>
        ))}
      </ol>
    </article>
  );
}

function PreviewHead({ view, protocol }: Omit<Props, 'draft'>) {
  const { directory, session } = useDevice();
  const { class_title, purpose, protocol_title } = visitNames(view.context, directory.value);
  const [major, minor] = (view.context?.protocol_version ?? '').split('.');
  const agreed = (view.context?.agreed_items ?? []).map((key) => promptOf(key, protocol));
  return (
    <>
      <p class="preview-title">{t('preview.title', { class_title })}</p>
      <p class="soft">
        {t('preview.when', {
          day: fullDay(view.started_at ?? ''),
          from: clockTime(view.started_at ?? ''),
          to: clockTime(view.ended_at ?? view.started_at ?? ''),
          coach: session.display_name,
          protocol: `${protocol_title}\u00a0${major}.${minor}`,
        })}
      </p>
      <p>
        <span class="chip accent">{purpose}</span>
      </p>
      {agreed.length > 0 && <p>{t('preview.agreed', { items: agreed.join('; ') })}</p>}
    </>
  );
}

function StrengthText({ strength, lines }: { strength: Strength; lines: TimelineLine[] }) {
  const times = listTimes(lines.map((line) => line.occurred_at));
  return (
    <div>
      <p>{strength.text}</p>
      {times && <p class="soft num">{t('preview.seen_at', { times })}</p>}
    </div>
  );
}

function StepText({ step }: { step: Step }) {
  if (!step.text) return <p class="soft">{t('preview.no_step')}</p>;
  const rows = STEP_ROWS.flatMap(([line, key]): [string, string][] => {
    const text = step[line];
    return text ? [[t(key), line === 'look_again_on' ? longDay(text) : text]] : [];
  });
  return (
    <>
      <p>
        <b>{step.text}</b>
      </p>
      <PreviewRows rows={rows} />
    </>
  );
}

function PreviewRows({ rows }: { rows: [string, string][] }) {
  if (rows.length === 0) return null;
  return (
    <dl class="preview-rows">
      {rows.map(([name, text], at) => (
        <div key={at}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
