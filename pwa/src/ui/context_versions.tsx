import {
  chooseContext,
  chosenBy,
  is_about_the_visit,
  versionsOf,
} from '../visits/conflict_choices.ts';
import type { Chosen } from '../visits/correction.ts';
import { useDevice } from '../visits/device_context.ts';
import { type Directory, findClass } from '../visits/directory.ts';
import type { Visit } from '../visits/visit.ts';
import { t } from './messages/messages.ts';
import { Version } from './versions.tsx';
import { nameOf } from './visit_names.ts';

/** Two versions of teacher, class or students present; nothing where there is one. */
export function ContextVersions({ visit, onChosen }: { visit: Visit; onChosen?: () => void }) {
  const { directory, session } = useDevice();
  const view = visit.view.value;
  const conflicts = view.conflicts.filter(is_about_the_visit);
  const versions = versionsOf(conflicts, visit.entries.value);
  if (versions.length === 0) return null;
  const keep = (entry: (typeof versions)[number]['entry']) => {
    const reason = t('conflict.reason');
    const draft = chooseContext(entry, visit, directory.value, session.person_id, reason);
    if (!draft) return null;
    return () => {
      visit.record(draft);
      onChosen?.();
    };
  };
  return (
    <section class="notice">
      <h3>{t('conflict.visit', { n: versions.length })}</h3>
      <ul class="list versions">
        {versions.map((shown) => (
          <Version key={shown.entry.entry_id} shown={shown} onKeep={keep(shown.entry)}>
            {contextText(chosenBy(shown.entry, view), directory.value)}
          </Version>
        ))}
      </ul>
    </section>
  );
}

/** "Ms Rivera · Grade 4 mathematics · 22 students present" */
function contextText(chosen: Chosen, directory: Directory): string {
  const { observed_id, class_id, students_present: n } = chosen;
  return [
    nameOf(directory, observed_id),
    findClass(directory, class_id)?.title ?? t('visit.no_class'),
    ...(n === null ? [] : [t('conflict.students', { n })]),
  ].join(' · ');
}
