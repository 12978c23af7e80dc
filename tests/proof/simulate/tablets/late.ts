import type { Entry } from '../../../../pwa/src/entry/entry.ts';
import type { ObservationView } from '../../../../pwa/src/observation/view.ts';

interface Cover {
  readonly clock_session_id: string;
  readonly through_ms: number;
}

/** Once more, and written on its own: what no finish of the visit covers is shown as late, and nothing else. */
export function findLate(
  about: string,
  entries: readonly Entry[],
  view: ObservationView,
): string[] {
  const finishes = entries.filter((entry) => entry.kind === 'observation.finished');
  const covers = finishes.flatMap((entry) => entry.payload.covers as Cover[]);
  const by_id = new Map(entries.map((entry) => [entry.entry_id, entry]));
  return view.timeline.flatMap(({ entry_id, is_late }) => {
    const { clock_session_id, elapsed_ms } = by_id.get(entry_id) as Entry;
    const is_covered = covers.some(
      (cover) => cover.clock_session_id === clock_session_id && elapsed_ms <= cover.through_ms,
    );
    const expected = finishes.length > 0 && !is_covered;
    return is_late === expected
      ? []
      : [`${about}: ${entry_id} is ${is_late ? '' : 'not '}shown as late`];
  });
}
