import { useState } from 'preact/hooks';
import { t } from '../../ui/messages/messages.ts';
import { linesInConflict } from '../../visits/conflict_choices.ts';
import type { MarkState } from '../../visits/mark_state.ts';
import type { Visit } from '../../visits/visit.ts';
import type { Composer } from '../composer/composer_state.ts';
import { type CiteTarget, LINES_MAX, liveDraft, toggleCite } from '../composer_rules.ts';
import { AddLater } from './add_later.tsx';
import { CiteFor } from './cite_for.tsx';
import { came_late } from './late.ts';
import { LineDialog } from './line_dialog.tsx';
import { rowsOf } from './rows.ts';
import { TimelineRow } from './timeline_row.tsx';
import { TooManyLines } from './too_many_lines.tsx';

interface Props {
  visit: Visit;
  composer: Composer;
  target: CiteTarget;
  setTarget: (target: CiteTarget) => void;
}

/** What was seen, in order of time; a tap cites it. */
export function Timeline({ visit, composer, target, setTarget }: Props) {
  const [edited_id, setEdited] = useState<string | null>(null);
  const [is_full, setFull] = useState(false);
  const { timeline, conflicts } = visit.view.value;
  const in_conflict = linesInConflict(conflicts);
  const n_late = timeline.filter(came_late).length;
  const draft = liveDraft(composer.draft.value, timeline);
  const n_picked = draft.evidence.length;
  const states = new Map<string, MarkState>(
    visit.entries.value.map((one) => [one.entry.entry_id, one.state]),
  );
  const edited = timeline.find((line) => line.entry_id === edited_id);
  const cite = (entry_id: string) => {
    const cited = toggleCite(draft, entry_id, target);
    const is_one_more = cited.evidence.length > n_picked;
    setFull(is_one_more && cited.evidence.length > LINES_MAX);
    if (!is_one_more || cited.evidence.length <= LINES_MAX)
      composer.change({ strengths: cited.strengths, evidence: cited.evidence });
  };
  return (
    <section>
      <div class="seen-head">
        <h2 class="cap">
          {t('review.seen')} <em>{t('review.lines_picked', { n: n_picked, most: LINES_MAX })}</em>
        </h2>
        <CiteFor target={target} setTarget={setTarget} draft={draft} />
      </div>
      {n_late > 0 && <p class="notice">{t('review.late', { n: n_late })}</p>}
      {is_full && (
        <p class="notice" role="alert">
          {t('review.lines_full', { most: LINES_MAX })}
        </p>
      )}
      {n_picked > LINES_MAX && <TooManyLines n={n_picked} />}
      {timeline.length === 0 && <p class="soft">{t('review.nothing_seen')}</p>}
      <ol class="seen-list">
        {rowsOf(timeline).map((row) => (
          <TimelineRow
            key={row.lines[0]?.entry_id}
            row={row}
            states={states}
            protocol={visit.protocol.value}
            draft={draft}
            target={target}
            in_conflict={in_conflict}
            onCite={cite}
            onEdit={setEdited}
          />
        ))}
      </ol>
      <AddLater visit={visit} />
      {edited && (
        <LineDialog
          key={edited.entry_id}
          line={edited}
          visit={visit}
          onClose={() => setEdited(null)}
        />
      )}
    </section>
  );
}
