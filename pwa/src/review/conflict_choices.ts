import type { Entry } from '../entry/entry.ts';
import type { Conflict, TimelineLine } from '../observation/view.ts';
import type { VisitDraft } from '../visits/visit.ts';

const OF_THE_VISIT = ['class_id', 'observed_id', 'pairing_id', 'school_id', 'students_present'];

/** Teacher, class and students are put right in the visit's details. */
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

/** What an amendment or tag is about, for its words. */
export function lineOf(conflict: Conflict, timeline: readonly TimelineLine[]): TimelineLine | null {
  return timeline.find((line) => line.entry_id === conflict.of) ?? null;
}
