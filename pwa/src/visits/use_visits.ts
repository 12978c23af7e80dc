import { readVisits } from './summaries.ts';
import { type Reading, useReading } from './use_reading.ts';
import type { VisitSummary } from './visits.ts';

/** Every visit this tablet holds, newest first; only what changed is folded anew. */
export function useVisits(): Reading<VisitSummary[]> {
  return useReading(readVisits);
}
