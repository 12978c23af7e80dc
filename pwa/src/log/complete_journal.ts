import { completeRecords } from '../machine/ask.ts';
import type { JournalRecord, Script } from '../machine/effect.ts';
import { heldBody, says_lost } from './bodies.ts';
import { readRows, streamsToDeliver } from './deliver.ts';
import type { OwnRow } from './stores.ts';

const AT_ONCE = 1_000;

/**
 * What is on this tablet only stands in the second journal too, also where that has lost it: a power cut may take
 * the names of its files (docs/decisions/0012-a-torn-end.md). Gives how many were written.
 */
export function* completeJournal(): Script<number> {
  let written = 0;
  for (const { stream_id, acknowledged_through, last_seq } of yield* streamsToDeliver()) {
    for (let first = acknowledged_through + 1; first <= last_seq; first += AT_ONCE) {
      const limit = Math.min(AT_ONCE, last_seq - first + 1);
      const records = recordsOf(yield* readRows(stream_id, first, limit));
      if (records.length > 0) written += yield* completeRecords(records);
    }
  }
  return written;
}

function recordsOf(rows: readonly OwnRow[]): JournalRecord[] {
  return rows.flatMap((row) => {
    const body = heldBody(row);
    if (body === null || says_lost(body)) return [];
    const { entry_id, subject_id, hash, at = 0 } = row;
    return { entry_id, subject_id, hash, body, at };
  });
}
