import { all, get, run } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import type { SetAsideEntry } from './log.ts';
import { placeOf, setAsideEntries } from './read.ts';
import type { OwnRow } from './stores.ts';
import { readStreams } from './streams.ts';
import { readWithdrawn } from './withdrawn.ts';

/** Set aside, and what it says is not shown here: it was lost, has left, never was on this tablet, or was withdrawn. */
export interface WordlessAside extends SetAsideEntry {
  /** "" where even that is not known. */
  readonly subject_id: string;
  /** ISO time when it was entered; null where that is not known. */
  readonly entered_at: string | null;
  /** False: another device of hers made it. */
  readonly is_own: boolean;
  /** Of a subject that she may read no more. */
  readonly is_withdrawn: boolean;
}

export function* asideWithoutWords(): Script<WordlessAside[]> {
  const shown = new Set((yield* setAsideEntries()).map(placeOf));
  return yield* run({
    stores: ['entries', 'meta', 'streams', 'set_aside'],
    mode: 'readonly',
    durability: 'relaxed',
    *work() {
      const { current, retired } = yield* readStreams();
      const streams = new Map([current, ...retired].map((one) => [one.stream_id, one]));
      const withdrawn = yield* readWithdrawn();
      const wordless: WordlessAside[] = [];
      for (const one of yield* all<SetAsideEntry>('set_aside', null)) {
        if (shown.has(placeOf(one))) continue;
        const row = yield* get<OwnRow>('entries', [one.stream_id, one.stream_seq]);
        const through = streams.get(one.stream_id)?.acknowledged_through ?? 0;
        // As long as this tablet has not heard its check it is a dot.
        if (row && row.stream_seq > through) continue;
        const known = knownOf(row);
        wordless.push({ ...one, ...known, is_withdrawn: withdrawn.has(known.subject_id) });
      }
      return wordless;
    },
  });
}

function knownOf(row: OwnRow | undefined) {
  const entered_at = row?.at === undefined ? null : new Date(row.at).toISOString();
  return { subject_id: row?.subject_id ?? '', entered_at, is_own: row !== undefined };
}
