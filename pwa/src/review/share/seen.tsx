import type { ObservationView, TimelineLine } from '../../observation/view.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import { t } from '../../ui/messages/messages.ts';
import { clockTime } from '../../ui/times.ts';
import { countsOf } from './counts.ts';
import { noteText } from './note_text.ts';
import { unrecordedOf } from './unrecorded.ts';

interface Props {
  lines: TimelineLine[];
  view: ObservationView;
  protocol: Protocol | null;
}

/** The picked lines, and what nothing was recorded for. */
export function Seen({ lines, view, protocol }: Props) {
  const unrecorded = unrecordedOf(view, protocol);
  const without = lines.length === 0 && withoutLines(view, protocol, unrecorded);
  return (
    <>
      {without && <p class="soft">{without}</p>}
      <ol class="preview-lines">
        {lines.map((line) => (
          <li key={line.entry_id}>
            <span class="num soft">{clockTime(line.occurred_at)}</span>
            <span>
              {noteText(line, protocol)}{' '}
              {(line.is_added_later || line.is_late) && (
                <span class="chip">{t('review.added_later')}</span>
              )}
              {line.amended && <span class="chip">{t('preview.corrected')}</span>}
            </span>
          </li>
        ))}
      </ol>
      {unrecorded.length > 0 && (
        <p class="soft">{t('preview.nothing_recorded_for', { items: unrecorded.join('; ') })}</p>
      )}
    </>
  );
}

function withoutLines(
  view: ObservationView,
  protocol: Protocol | null,
  unrecorded: string[],
): string | null {
  if (countsOf(view, protocol).length > 0) return t('preview.no_lines_but_counts');
  if (Object.keys(view.items).length > 0) return t('preview.no_lines');
  if (unrecorded.length > 0) return null;
  return t('preview.nothing_recorded', { title: protocol?.title ?? '' });
}
