import type { Session } from '../sync/session.ts';
import { daysBetween } from '../ui/times.ts';
import type { Directory, Person } from '../visits/directory.ts';
import { lastVisitOf, type VisitSummary } from '../visits/visits.ts';
import { everyoneToObserve } from '../visits/whom_to_observe.ts';

export interface CaseloadLine {
  person: Person;
  last_visit_at: string | null;
}

const LONG_AGO_DAYS = 30;

/** Own teachers without an own visit in thirty days; never visited first, then the longest ago. */
export function notVisitedLately(
  directory: Directory,
  session: Pick<Session, 'person_id' | 'roles'>,
  visits: readonly VisitSummary[],
  now: string,
): CaseloadLine[] {
  return everyoneToObserve(directory, session)
    .map((person): CaseloadLine => {
      const last = lastVisitOf(visits, person.person_id, session.person_id);
      return { person, last_visit_at: last?.started_at ?? null };
    })
    .filter(
      ({ last_visit_at }) => !last_visit_at || daysBetween(last_visit_at, now) >= LONG_AGO_DAYS,
    )
    .sort((one, other) => timeOf(one) - timeOf(other));
}

function timeOf({ last_visit_at }: CaseloadLine): number {
  return last_visit_at ? Date.parse(last_visit_at) : 0;
}
