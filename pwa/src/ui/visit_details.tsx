import { useState } from 'preact/hooks';
import { correctionOf, is_complete } from '../visits/correction.ts';
import { useDevice } from '../visits/device_context.ts';
import type { Visit } from '../visits/visit.ts';
import { peopleToObserve } from '../visits/whom_to_observe.ts';
import { ContextVersions } from './context_versions.tsx';
import { Dialog } from './dialog.tsx';
import { t } from './messages/messages.ts';
import { NumberField } from './number_field.tsx';
import { useSaving } from './use_saving.ts';
import { visitNames } from './visit_names.ts';

/** Who, which class, how many students: can be put right until feedback is shared. */
export function VisitDetails({ visit, onClose }: { visit: Visit; onClose: () => void }) {
  const { directory, session } = useDevice();
  const context = visit.view.value.context;
  const [observed_id, setObserved] = useState(context?.observed_id ?? '');
  const [class_id, setClass] = useState(context?.class_id ?? '');
  const [students_present, setStudents] = useState(context?.students_present ?? null);
  const saving = useSaving();
  const channel = context?.channel ?? 'coaching';
  const teachers = peopleToObserve(directory.value, session, channel);
  const classes = directory.value.classes.filter((one) => one.teacher_id === observed_id);
  const chooseTeacher = (person_id: string) => {
    setObserved(person_id);
    setClass(directory.value.classes.find((one) => one.teacher_id === person_id)?.class_id ?? '');
  };
  const { purpose, visible_to } = visitNames(
    { ...noNames, ...context, observed_id },
    directory.value,
  );
  const chosen = { observed_id, class_id, students_present };
  const save = async () => {
    const draft = correctionOf(
      chosen,
      visit,
      directory.value,
      session.person_id,
      t('details.reason'),
    );
    const is_saved = !draft || (await visit.record(draft).saved);
    if (is_saved) onClose();
    return is_saved;
  };
  return (
    <Dialog title={t('details.title')} onClose={onClose}>
      <p class="soft">{t('visit.purpose_line', { purpose, visible_to })}</p>
      <ContextVersions visit={visit} onChosen={onClose} />
      <label class="field">
        <span>{t('details.teacher')}</span>
        <select value={observed_id} onChange={(event) => chooseTeacher(event.currentTarget.value)}>
          {teachers.map((person) => (
            <option key={person.person_id} value={person.person_id}>
              {person.display_name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t('details.class')}</span>
        <select value={class_id} onChange={(event) => setClass(event.currentTarget.value)}>
          {classes.map((one) => (
            <option key={one.class_id} value={one.class_id}>
              {one.title}
            </option>
          ))}
        </select>
      </label>
      <NumberField
        label={t('start.students_present')}
        value={students_present}
        onChange={setStudents}
      />
      {classes.length === 0 && <p class="notice">{t('details.no_class')}</p>}
      {saving.state === 'failed' && (
        <p class="notice" role="alert">
          {t('unsaved.text')}
        </p>
      )}
      <div class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t('action.cancel')}
        </button>
        <button
          type="button"
          class="button primary"
          disabled={!is_complete(chosen, directory.value) || saving.is_busy}
          onClick={() => saving.run(save)}
        >
          {t('action.save')}
        </button>
      </div>
    </Dialog>
  );
}

const noNames = { class_id: null, channel: null, protocol_slug: null, protocol_version: null };
