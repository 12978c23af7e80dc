import { createContext } from 'preact';
import type { Entry } from '../entry/entry.ts';

/** What instruments need of the visit beyond their own item. */
export interface Sitting {
  students_present: number | null;
  askStudents: () => void;
  started: Entry | undefined;
}

export const SittingContext = createContext<Sitting>({
  students_present: null,
  askStudents: () => undefined,
  started: undefined,
});
