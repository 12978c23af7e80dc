import type { ObservationView, TimelineLine } from '../../observation/view.ts';
import { findItem, type Protocol } from '../../protocol/protocol.ts';
import { useDevice } from '../../ui/device.ts';
import { lineText } from '../../ui/line_text.ts';
import { type MessageKey, t } from '../../ui/messages/messages.ts';
import { clockTime, longDay } from '../../ui/times.ts';
import { visitNames } from '../../ui/visit_names.ts';
import type { FeedbackDraft, Step } from '../feedback_draft.ts';

interface Props {
  draft: FeedbackDraft;
  view: ObservationView;
  protocol: Protocol | null;
}

/** As the notes will read: evidence first, then the words about it. */
export function Preview({ draft, view, protocol }: Props) {
  const { directory, session } = useDevice();
  const { teacher, class_title, purpose, protocol_title } = visitNames(
    view.context,
    directory.value,
  );
  const byId = new Map(view.timeline.map((line) => [line.entry_id, line]));
  const agreed = (view.context?.agreed_items ?? []).map(
    (key) => findItem(protocol, key)?.prompt ?? key,
  );
  return (
    <article class="preview">
      <p class="cap">{t('preview.head', { purpose })}</p>
      <p>
        <b>{t('visit.who', { teacher, class_title })}</b>
        <br />
        {t('preview.when', {
          day: longDay(view.started_at ?? ''),
          from: clockTime(view.started_at ?? ''),
          to: clockTime(view.ended_at ?? view.started_at ?? ''),
          coach: session.display_name,
          protocol: protocol_title,
        })}
      </p>
      {agreed.length > 0 && <p class="soft">{t('preview.agreed', { items: agreed.join(', ') })}</p>}
      <h3>{t('preview.seen')}</h3>
      {draft.evidence.length === 0 && <p class="soft">{t('preview.no_lines')}</p>}
      <ol class="preview-lines">
        {draft.evidence.map((id) => {
          const line = byId.get(id) as TimelineLine;
          return (
            <li key={id}>
              <span class="num soft">{clockTime(line.occurred_at)}</span> {lineText(line, protocol)}
            </li>
          );
        })}
      </ol>
      <h3>{t('composer.strengths')}</h3>
      {draft.strengths.map(({ text, evidence }) => (
        <p key={text}>
          {text}{' '}
          <span class="num soft">
            {evidence.map((id) => clockTime(byId.get(id)?.occurred_at ?? '')).join(', ')}
          </span>
        </p>
      ))}
      <h3>{t('composer.step')}</h3>
      <p>{draft.step.text || t('finding.step_missing')}</p>
      <StepLines step={draft.step} />
      {draft.questions.length > 0 && <h3>{t('composer.questions')}</h3>}
      {draft.questions.map((question) => (
        <p key={question}>{question}</p>
      ))}
    </article>
  );
}

const LINES: [Exclude<keyof Step, 'text'>, MessageKey][] = [
  ['try_when', 'step.try_when'],
  ['see_hear', 'step.see_hear'],
  ['students_will', 'step.students_will'],
  ['rehearsal', 'step.rehearsal'],
  ['look_again_on', 'step.look_again_on'],
];

function StepLines({ step }: { step: Step }) {
  const written = LINES.filter(([line]) => step[line]);
  return (
    <dl class="preview-step">
      {written.map(([line, key]) => (
        <div key={line}>
          <dt>{t(key)}</dt>
          <dd>{line === 'look_again_on' ? longDay(step[line] ?? '') : step[line]}</dd>
        </div>
      ))}
    </dl>
  );
}
