import type { TimelineLine } from '../../observation/view.ts';
import { lineText } from '../../ui/line_text.ts';
import { MarkSign } from '../../ui/mark_sign.tsx';
import { t } from '../../ui/messages/messages.ts';
import { msBetween, sinceStart } from '../../ui/times.ts';
import type { MarkState, ShownEntry } from '../../visits/mark_state.ts';

interface Props {
  timeline: readonly TimelineLine[];
  entries: readonly ShownEntry[];
  started_at: string;
}

/** What was written down, newest first. */
export function Heard({ timeline, entries, started_at }: Props) {
  const lines = timeline.filter((line) => line.kind === 'script.written').reverse();
  const states = new Map<string, MarkState>(
    entries
      .filter((one) => one.entry.kind === 'script.written')
      .map((one) => [one.entry.entry_id, one.state]),
  );
  return (
    <section class="capture-section heard">
      <h2 class="cap">
        {t('heard.title')} <em>{t('heard.order')}</em>
      </h2>
      {lines.length === 0 && <p class="soft">{t('heard.empty')}</p>}
      <ol class="heard-lines">
        {lines.map((line) => (
          <li key={line.entry_id}>
            <span class="num soft">{sinceStart(msBetween(started_at, line.occurred_at))}</span>
            <span>{lineText(line, null)}</span>
            <MarkSign state={states.get(line.entry_id) ?? null} />
          </li>
        ))}
      </ol>
    </section>
  );
}
