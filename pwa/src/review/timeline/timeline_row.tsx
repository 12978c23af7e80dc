import type { TimelineLine } from '../../observation/view.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import { Icon } from '../../ui/icons.tsx';
import { lineText } from '../../ui/line_text.ts';
import { MarkSign } from '../../ui/mark_sign.tsx';
import { t } from '../../ui/messages/messages.ts';
import { SavedPhoto } from '../../ui/saved_photo.tsx';
import { clockTime } from '../../ui/times.ts';
import { leastSafe, type MarkState } from '../../visits/mark_state.ts';
import { type CiteTarget, citedBy, is_cited } from '../composer_rules.ts';
import type { FeedbackDraft } from '../feedback_draft.ts';
import { came_late } from './late.ts';
import type { Row } from './rows.ts';
import { tagLabel } from './tags_of.ts';

interface Props {
  row: Row;
  states: ReadonlyMap<string, MarkState>;
  protocol: Protocol | null;
  draft: FeedbackDraft;
  target: CiteTarget;
  /** Lines of which there are two versions. */
  in_conflict: ReadonlySet<string>;
  onCite: (entry_id: string) => void;
  onEdit: (entry_id: string) => void;
}

export function TimelineRow(props: Props) {
  const { row, states, protocol } = props;
  const { line, lines } = row;
  if (lines.length === 1) return <OneLine {...props} line={line} />;
  const state = leastSafe(lines.map((one) => states.get(one.entry_id) ?? 'check'));
  return (
    <li class="seen-group">
      <details>
        <summary>
          <span class="num soft">{clockTime(line.occurred_at)}</span>
          <span>{t('review.tally', { prompt: lineText(line, protocol), n: lines.length })}</span>
          <MarkSign state={state} />
        </summary>
        <ol class="seen-list">
          {lines.map((one) => (
            <OneLine key={one.entry_id} {...props} line={one} />
          ))}
        </ol>
      </details>
    </li>
  );
}

function OneLine({
  line,
  states,
  protocol,
  draft,
  target,
  in_conflict,
  onCite,
  onEdit,
}: Props & { line: TimelineLine }) {
  const text = lineText(line, protocol);
  const places = citedBy(draft, line.entry_id);
  const is_shown = draft.evidence.includes(line.entry_id);
  return (
    <li class="seen-line">
      <button
        type="button"
        class="seen-cite"
        aria-pressed={is_cited(draft, line.entry_id, target)}
        onClick={() => onCite(line.entry_id)}
      >
        <span class="num soft">{clockTime(line.occurred_at)}</span>
        <span>
          {line.kind === 'photo.taken' && <SavedPhoto line={line} />}
          {text}
          {states.get(line.entry_id) === 'photo_lost' && (
            <small class="seen-notes">{t('photo.lost')}</small>
          )}
          <LineNotes
            line={line}
            protocol={protocol}
            is_in_conflict={in_conflict.has(line.entry_id)}
          />
        </span>
        <MarkSign state={states.get(line.entry_id) ?? null} />
        <span class={is_shown ? 'cite-place on num' : 'cite-place num'} aria-hidden="true">
          {places.join(' ') || (is_shown && <Icon name="check" />)}
        </span>
      </button>
      <button
        type="button"
        class="explain"
        aria-label={t('review.change_line', { text })}
        onClick={() => onEdit(line.entry_id)}
      >
        <Icon name="more" />
      </button>
    </li>
  );
}

interface NotesProps {
  line: TimelineLine;
  protocol: Protocol | null;
  is_in_conflict: boolean;
}

function LineNotes({ line, protocol, is_in_conflict }: NotesProps) {
  const notes = [
    ...(is_in_conflict ? [t('review.two_versions')] : []),
    ...(came_late(line) ? [t('review.came_late')] : []),
    ...(line.is_added_later ? [t('review.added_later')] : []),
    ...(line.amended ? [t('review.amended')] : []),
    ...line.tags.map((tag) => tagLabel(tag, line, protocol)),
  ];
  if (notes.length === 0) return null;
  return <small class="seen-notes">{notes.join(' · ')}</small>;
}
