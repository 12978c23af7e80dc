import type { Entry, Payload } from '../entry/entry.ts';
import type { Conflict, Context, ObservationView, TimelineLine } from '../observation/view.ts';
import { type Chosen, correctionOf, is_complete } from './correction.ts';
import type { Directory } from './directory.ts';
import type { ShownEntry } from './mark_state.ts';
import type { Visit, VisitDraft } from './visit.ts';

const OF_THE_VISIT = ['class_id', 'observed_id', 'pairing_id', 'school_id', 'students_present'];

/** Teacher, class and students: what the visit itself is. */
export function is_about_the_visit(conflict: Conflict): boolean {
  return conflict.field !== undefined && OF_THE_VISIT.includes(conflict.field);
}

/** The chosen version is said once more, in place of all that were shown. */
export function chooseVersion(conflict: Conflict, chosen: Entry): VisitDraft {
  return {
    kind: chosen.kind,
    item_key: chosen.item_key,
    payload: chosen.payload,
    replaces: conflict.entry_ids,
    occurred_at: chosen.occurred_at,
  };
}

/** Another value than any that was shown, in place of all of them; `like` is one of them. */
export function writeAnother(conflict: Conflict, like: Entry, payload: Payload): VisitDraft {
  const is_amendment = like.kind === 'entry.amended';
  return chooseVersion(conflict, {
    ...like,
    payload: is_amendment ? { ...like.payload, payload } : payload,
  });
}

/** What an amendment or tag is about, or the line that a version of an item is. */
export function lineOf(conflict: Conflict, timeline: readonly TimelineLine[]): TimelineLine | null {
  const [last] = conflict.entry_ids.slice(-1);
  return timeline.find((line) => line.entry_id === (conflict.of ?? last)) ?? null;
}

/** The lines of the timeline of which there are two versions. */
export function linesInConflict(conflicts: readonly Conflict[]): Set<string> {
  return new Set(conflicts.flatMap((one) => (one.of === undefined ? one.entry_ids : [one.of])));
}

/** The versions that stand against each other, in the order in which they were entered. */
export function versionsOf(
  conflicts: readonly Conflict[],
  shown: readonly ShownEntry[],
): ShownEntry[] {
  const ids = new Set(conflicts.flatMap((one) => one.entry_ids));
  return shown
    .filter(({ entry }) => ids.has(entry.entry_id))
    .sort((one, other) => Date.parse(one.entry.entered_at) - Date.parse(other.entry.entered_at));
}

/** Teacher, class and students as one version has them. */
export function chosenBy(
  { payload }: Pick<Entry, 'payload'>,
  { context, context_conflicts }: Pick<ObservationView, 'context' | 'context_conflicts'>,
): Chosen {
  const said = Object.entries(payload).filter(([field]) => context_conflicts.includes(field));
  const { observed_id, class_id, students_present } = {
    ...(context as Context),
    ...(Object.fromEntries(said) as Partial<Context>),
  };
  return { observed_id: observed_id ?? '', class_id: class_id ?? '', students_present };
}

/** null where it would make no visit: the class of one version is not the other teacher's. */
export function chooseContext(
  entry: Entry,
  visit: Pick<Visit, 'view' | 'entries'>,
  directory: Directory,
  coach_id: string,
  reason: string,
): VisitDraft | null {
  const chosen = chosenBy(entry, visit.view.value);
  if (!is_complete(chosen, directory)) return null;
  return correctionOf(chosen, visit, directory, coach_id, reason);
}
