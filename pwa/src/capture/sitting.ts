import { createContext } from 'preact';
import type { Entry } from '../entry/entry.ts';
import type { Context } from '../observation/view.ts';
import type { Visit } from '../visits/visit.ts';

/** What items need of the visit beyond themselves. */
export interface Sitting {
  /** null: to be asked before a sweep. */
  students_present: number | null;
  askStudents: () => void;
  started: Entry | undefined;
  /** null: outside of a visit. */
  visit: Visit | null;
}

export const SittingContext = createContext<Sitting>({
  students_present: null,
  askStudents: () => undefined,
  started: undefined,
  visit: null,
});

/** Nobody present is not said yet: a sweep of none would be of nobody. */
export function studentsToSweep(context: Pick<Context, 'students_present'> | null): number | null {
  return context?.students_present || null;
}
