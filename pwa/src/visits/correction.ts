import type { Context } from '../observation/view.ts';
import { type Directory, findClass } from './directory.ts';
import type { ShownEntry } from './mark_state.ts';
import type { Visit, VisitDraft } from './visit.ts';

export interface Chosen {
  observed_id: string;
  class_id: string;
  students_present: number | null;
}

/** A visit has a teacher and one of her classes; without them there is nothing that a server could take. */
export function is_complete({ observed_id, class_id }: Chosen, directory: Directory): boolean {
  return findClass(directory, class_id)?.teacher_id === observed_id;
}

/** Only what differs, replacing every version its author was shown; null where nothing differs. */
export function correctionOf(
  chosen: Chosen,
  visit: Pick<Visit, 'view' | 'entries'>,
  directory: Directory,
  coach_id: string,
  reason: string,
): VisitDraft | null {
  const { context, context_conflicts } = visit.view.value;
  if (!context) return null;
  const now = { ...chosen, ...whoAndWhere(chosen, context, directory, coach_id) };
  const changed = Object.entries(now).filter(
    ([field, value]) =>
      value !== context[field as keyof Context] || context_conflicts.includes(field),
  );
  if (changed.length === 0) return null;
  return {
    kind: 'observation.corrected',
    payload: { ...Object.fromEntries(changed), reason },
    replaces: contextIds(visit.entries.value),
  };
}

function whoAndWhere(chosen: Chosen, context: Context, directory: Directory, coach_id: string) {
  const pairing = directory.pairings.find(
    (one) => one.coach_id === coach_id && one.teacher_id === chosen.observed_id,
  );
  const is_coaching = context.channel === 'coaching';
  return {
    school_id: findClass(directory, chosen.class_id)?.school_id ?? context.school_id,
    pairing_id: is_coaching ? (pairing?.pairing_id ?? context.pairing_id) : context.pairing_id,
  };
}

function contextIds(shown: readonly ShownEntry[]): string[] {
  return shown
    .filter(
      ({ entry }) => entry.kind === 'observation.started' || entry.kind === 'observation.corrected',
    )
    .map(({ entry }) => entry.entry_id);
}
