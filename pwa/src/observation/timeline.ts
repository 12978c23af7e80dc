import type { Entry } from '../entry/entry.ts';
import { kindOf } from '../entry/kinds.ts';
import { compareTimed, instantOf } from './instants.ts';
import { is_covered, type ObserverLog } from './observer_log.ts';
import { groupBy, unreplaced } from './registers.ts';
import { objectOf, textsOf } from './shapes.ts';
import type { TimelineLine } from './view.ts';

const ADDED_LATER_MS = 120_000;

/** The evidence without what was retracted or, in a register, replaced. */
export function foldTimeline(log: ObserverLog): TimelineLine[] {
  const registers = groupBy(log.evidence(), (entry) =>
    kindOf(entry.kind)?.is_register ? JSON.stringify([entry.kind, entry.item_key]) : null,
  );
  const current = [...registers.values()].flatMap((versions) => unreplaced(versions, log.is_live));
  const events = log
    .evidence()
    .filter((entry) => !kindOf(entry.kind)?.is_register && log.is_live(entry));
  return [...events, ...current].sort(compareTimed).map((entry) => lineOf(entry, log));
}

function lineOf(entry: Entry, log: ObserverLog): TimelineLine {
  const amendment = log.amendments.get(entry.entry_id)?.at(-1);
  const tags = (log.taggings.get(entry.entry_id) ?? []).flatMap((tagging) =>
    textsOf(tagging.payload.tags),
  );
  return {
    entry_id: entry.entry_id,
    kind: entry.kind,
    item_key: entry.item_key,
    occurred_at: entry.occurred_at,
    entered_at: entry.entered_at,
    payload: objectOf(amendment?.payload.payload) ?? entry.payload,
    amended: amendment !== undefined,
    original_payload: amendment ? entry.payload : null,
    is_late: log.has_finish && !is_covered(entry, log.covers),
    is_added_later: instantOf(entry.entered_at) - instantOf(entry.occurred_at) > ADDED_LATER_MS,
    tags: [...new Set(tags)],
  };
}
