import { useState } from 'preact/hooks';
import type { Conflict } from '../observation/view.ts';
import { ContextVersions } from '../ui/context_versions.tsx';
import { answerLabel } from '../ui/line_text.ts';
import { t } from '../ui/messages/messages.ts';
import { Versions } from '../ui/versions.tsx';
import {
  is_about_the_visit,
  lineOf,
  versionsOf,
  writeAnother,
} from '../visits/conflict_choices.ts';
import type { Visit } from '../visits/visit.ts';
import { EditFields } from './timeline/edit_fields.tsx';
import { amendedPayload, editOf } from './timeline/line_edit.ts';

/** "2 versions": neither clock nor server decides, the author does. */
export function Conflicts({ visit, onDetails }: { visit: Visit; onDetails: () => void }) {
  const { conflicts } = visit.view.value;
  return (
    <>
      {conflicts.some(is_about_the_visit) && (
        <div class="conflict">
          <ContextVersions visit={visit} />
          <button type="button" class="link-button" onClick={onDetails}>
            {t('conflict.another')}
          </button>
        </div>
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
  const n = conflict.entry_ids.length;
  return (
    <section class="notice conflict">
      <h2>{t('conflict.title', { n })}</h2>
      <p class="soft">{t('conflict.text')}</p>
      <Versions visit={visit} conflict={conflict} />
      <Another visit={visit} conflict={conflict} />
    </section>
  );
}

/** A third value, where neither of the two is right. */
function Another({ visit, conflict }: { visit: Visit; conflict: Conflict }) {
  const [is_open, setOpen] = useState(false);
  const line = lineOf(conflict, visit.view.value.timeline);
  const like = versionsOf([conflict], visit.entries.value).at(-1)?.entry;
  const answers = { yes: answerLabel('yes'), no: answerLabel('no'), na: answerLabel('na') };
  const [edit, setEdit] = useState(() =>
    line ? editOf(line, visit.protocol.value, answers) : ({ as: 'nothing' } as const),
  );
  if (!line || !like || edit.as === 'nothing' || like.kind === 'entry.tagged') return null;
  const payload = amendedPayload(line, edit);
  if (!is_open) {
    return (
      <button type="button" class="link-button" onClick={() => setOpen(true)}>
        {t('conflict.another')}
      </button>
    );
  }
  return (
    <div class="conflict-another">
      <EditFields edit={edit} onChange={setEdit} />
      <button
        type="button"
        class="button"
        disabled={!payload}
        onClick={() => payload && visit.record(writeAnother(conflict, like, payload))}
      >
        {t('action.save')}
      </button>
    </div>
  );
}
