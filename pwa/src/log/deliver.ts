import { all, keys, put, remove, run, tellScreens } from '../machine/ask.ts';
import type { Script, StoreScript, Transaction } from '../machine/effect.ts';
import { heldBody, openKept } from './bodies.ts';
import type { Acknowledgement, UnsentEntry } from './log.ts';
import { declareLost, healLost, type Judged } from './lost.ts';
import type { OwnRow, StreamRow } from './stores.ts';
import { changeStream, findStream, ofStream, readStreams } from './streams.ts';

/** Streams that may have something to deliver: the one in use, and retired ones that hold unsent entries. */
export function streamsToDeliver(): Script<StreamRow[]> {
  return run({
    stores: ['meta', 'streams'],
    mode: 'readonly',
    durability: 'relaxed',
    *work() {
      const { current, retired } = yield* readStreams();
      return [...retired.filter((one) => one.acknowledged_through < one.last_seq), current];
    },
  });
}

/** How many entries have no check yet. */
export function* countWaiting(): Script<number> {
  const streams = yield* streamsToDeliver();
  return streams.reduce((sum, one) => sum + one.last_seq - one.acknowledged_through, 0);
}

/** An append waits for whoever reads its store. */
const READ_AT_ONCE = 250;

/** The rows `first` … of a stream up to `limit`, as they lie on the disk. */
export function* readRows(stream_id: string, first: number, limit: number): Script<OwnRow[]> {
  const rows: OwnRow[] = [];
  for (;;) {
    const beyond = rows.at(-1)?.stream_seq ?? first - 1;
    const at_once = Math.min(READ_AT_ONCE, limit - rows.length);
    const found = yield* run(reading(stream_id, beyond, at_once));
    rows.push(...found);
    if (found.length < at_once || rows.length >= limit) return rows;
  }
}

function reading(stream_id: string, beyond: number, limit: number): Transaction<OwnRow[]> {
  return {
    stores: ['entries'],
    mode: 'readonly',
    durability: 'relaxed',
    work: () => all<OwnRow>('entries', ofStream(stream_id, beyond), { limit }),
  };
}

/** What of `first` … can be sent in the clear now, as far as it goes without a gap; it says nothing to be lost. */
export function* gatherAhead(
  stream_id: string,
  first: number,
  limit: number,
): Script<UnsentEntry[]> {
  const rows = yield* readRows(stream_id, first, limit);
  const bodies = yield* openKept(rows.map(heldBody));
  const entries: UnsentEntry[] = [];
  for (const [place, row] of rows.entries()) {
    const body = bodies === 'locked' ? null : bodies[place];
    if (row.stream_seq !== first + place || typeof body !== 'string') break;
    entries.push({ ...row, body });
  }
  return entries;
}

export type Batch =
  | { readonly is_locked: false; readonly entries: readonly UnsentEntry[] }
  | { readonly is_locked: true; readonly entries: readonly OwnRow[] };

/**
 * The entries `first` … of a stream, at most `limit`, with consecutive numbers. What is missing or can no
 * longer be read is declared lost, under its number, so that what follows gets through.
 */
export function* gatherEntries(stream_id: string, first: number, limit: number): Script<Batch> {
  for (;;) {
    const stream = yield* run(one(stream_id));
    const last = Math.min(first + limit - 1, stream?.last_seq ?? 0);
    const acknowledged = stream?.acknowledged_through ?? 0;
    const rows = (yield* readRows(stream_id, first, limit)).filter((row) => row.stream_seq <= last);
    const bodies = yield* openKept(rows.map(heldBody));
    if (bodies === 'locked') {
      const run = lockedRun(rows, first);
      if (run.entries.length > 0 || first > last || first <= acknowledged) return run;
      // Its place is empty, or it has left: for that no key is needed.
      const row = rows.find((each) => each.stream_seq === first);
      yield* declareLost(stream_id, [{ stream_seq: first, row }]);
      continue;
    }
    const by_seq = new Map(
      rows.map((row, place) => [row.stream_seq, { row, body: bodies[place] }]),
    );
    const lost: Judged[] = [];
    const entries: UnsentEntry[] = [];
    for (let seq = first; seq <= last; seq += 1) {
      const found = by_seq.get(seq);
      if (typeof found?.body === 'string') entries.push({ ...found.row, body: found.body });
      // The server has it: what can be read before it goes, and nothing is said to be lost.
      else if (seq <= acknowledged) return { is_locked: false, entries };
      else lost.push({ stream_seq: seq, row: found?.row });
    }
    if (lost.length === 0) return { is_locked: false, entries };
    if (yield* healLost(lost)) continue;
    yield* declareLost(stream_id, lost);
  }
}

/** The next run of entries of first … last whose bodies are on this tablet and not damaged; null where there is none. */
export function* nextHeld(
  stream_id: string,
  first: number,
  last: number,
): Script<{ from: number; through: number } | null> {
  const rows = yield* readRows(stream_id, first, last - first + 1);
  const bodies = yield* openKept(rows.map(heldBody));
  const is_held = (row: OwnRow, place: number) =>
    row.stream_seq <= last &&
    heldBody(row) !== null &&
    (bodies === 'locked' || bodies[place] !== null);
  const held = rows.filter(is_held);
  const start = held[0];
  if (!start) return null;
  const end = held.findIndex((row, place) => row.stream_seq !== start.stream_seq + place);
  const run = end === -1 ? held : held.slice(0, end);
  return { from: start.stream_seq, through: (run.at(-1) as OwnRow).stream_seq };
}

function one(stream_id: string): Transaction<StreamRow | undefined> {
  return {
    stores: ['meta', 'streams'],
    mode: 'readonly',
    durability: 'relaxed',
    work: () => findStream(stream_id),
  };
}

/** What a locked profile can send from `first` on: either as it lies sealed, or what never was sealed. */
function lockedRun(rows: readonly OwnRow[], first: number): Batch {
  const is_plain = typeof rows[0]?.body === 'string';
  const end = rows.findIndex((row, place) => {
    const body = heldBody(row);
    const is_next = row.stream_seq === first + place && body !== null;
    return !is_next || (typeof body === 'string') !== is_plain;
  });
  const run = end === -1 ? rows : rows.slice(0, end);
  if (!is_plain) return { is_locked: true, entries: run };
  return { is_locked: false, entries: run.map((row) => ({ ...row, body: row.body as string })) };
}

/** SHA-256 of the bodies first … last of a stream, hex, in order; fewer where rows are missing. */
export function readHashes(stream_id: string, first: number, last: number): Script<string[]> {
  return run({
    stores: ['entries'],
    mode: 'readonly',
    durability: 'relaxed',
    *work() {
      if (last < first) return [];
      const range = { from: [stream_id, first], through: [stream_id, last] };
      return (yield* all<OwnRow>('entries', range)).map((row) => row.hash);
    },
  });
}

/**
 * Gives checks up to `through`. An answer that comes late never takes one back; only a server that stands
 * behind does (`may_go_back`).
 */
export function* acknowledge(given: Acknowledgement): Script<void> {
  const has_changed = yield* run<boolean>({
    stores: ['meta', 'streams', 'set_aside'],
    mode: 'readwrite',
    // A check that a power cut takes back is given again by the next hello.
    durability: 'relaxed',
    *work() {
      const stream = yield* findStream(given.stream_id);
      if (!stream || given.through > stream.last_seq || stream.retired === 'forked') return false;
      const is_behind = given.through < stream.acknowledged_through;
      // Of a tab that was frozen meanwhile, perhaps: what is set aside is told again to whoever fetches.
      if (is_behind && !given.may_go_back) return false;
      if (given.sent) yield* clearSetAside(given.stream_id, ...given.sent);
      for (const each of given.set_aside) yield* put('set_aside', each);
      if (given.receipt) yield* changeStream(given.stream_id, { receipt: given.receipt });
      const is_news = given.through !== stream.acknowledged_through;
      if (!is_news) return given.set_aside.length > 0 || given.sent !== undefined;
      yield* changeStream(given.stream_id, {
        acknowledged_through: given.through,
        acknowledged_hash: given.hash,
        ...(is_behind ? { verified_through: 0, verified_marks: [] } : {}),
      });
      return true;
    },
  });
  if (has_changed) yield* tellScreens({ what: 'acknowledged', subject_ids: null });
}

/** What was set aside before may be accepted by now. */
function* clearSetAside(stream_id: string, first: number, last: number): StoreScript<void> {
  const range = { from: [stream_id, first], through: [stream_id, last] };
  for (const key of yield* keys<[string, number]>('set_aside', range))
    yield* remove('set_aside', key);
}
