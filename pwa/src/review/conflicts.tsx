import type { Entry } from '../entry/entry.ts';
import type { Conflict } from '../observation/view.ts';
import { kindText } from '../ui/kind_text.ts';
import { lineText } from '../ui/line_text.ts';
import { t } from '../ui/messages/messages.ts';
import { clockTime } from '../ui/times.ts';
import type { Visit } from '../visits/visit.ts';
import { chooseVersion, is_about_the_visit, lineOf } from './conflict_choices.ts';
import { draftText } from './draft_text.ts';

/** "2 versions": neither clock nor server decides, the author does. */
export function Conflicts({ visit, onDetails }: { visit: Visit; onDetails: () => void }) {
  const { conflicts } = visit.view.value;
  const of_the_visit = conflicts.filter(is_about_the_visit);
  return (
    <>
      {of_the_visit.length > 0 && (
        <section class="notice">
          <p>{t('conflict.visit')}</p>
          <button type="button" class="button" onClick={onDetails}>
            {t('details.open')}
          </button>
        </section>
      )}
      {conflicts
        .filter((conflict) => !is_about_the_visit(conflict))
        .map((conflict) => (
          <Choose key={conflict.entry_ids.join()} visit={visit} conflict={conflict} />
        ))}
    </>
  );
}

function Choose({ visit, conflict }: { visit: Visit; conflict: Conflict }) {
  const entries = visit.entries.value
    .map((one) => one.entry)
    .filter((entry) => conflict.entry_ids.includes(entry.entry_id));
  return (
    <section class="notice">
      <h2>{t('conflict.title', { n: entries.length })}</h2>
      <ul class="list">
        {entries.map((entry) => (
          <li key={entry.entry_id} class="row">
            <span>
              <span class="num soft">{clockTime(entry.entered_at)}</span>{' '}
              {versionText(entry, conflict, visit)}
            </span>
            <button
              type="button"
              class="button"
              onClick={() => visit.record(chooseVersion(conflict, entry))}
            >
              {t('conflict.keep')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function versionText(entry: Entry, conflict: Conflict, visit: Visit): string {
  const protocol = visit.protocol.value;
  const { payload } = entry;
  const line = lineOf(conflict, visit.view.value.timeline);
  if (entry.kind === 'entry.amended' && line) {
    return lineText({ ...line, payload: payload.payload as Entry['payload'] }, protocol);
  }
  if (entry.kind === 'entry.tagged') return (payload.tags as string[]).join(', ');
  if (entry.kind === 'observation.finished')
    return t('conflict.ended', { time: clockTime(String(payload.ended_at)) });
  if (entry.kind === 'draft.written') return draftText(payload.value);
  return kindText(entry, protocol);
}
