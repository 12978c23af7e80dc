import { readEntry } from '../entry/entry.ts';
import { all, dropFromJournal, put, readJournal, run } from '../machine/ask.ts';
import type { Script, Transaction } from '../machine/effect.ts';
import { heldBody, openKept } from './bodies.ts';
import { visitRows } from './only_in_journal.ts';
import { forgetPhotos, photosToSend, sentPhotos } from './photos.ts';
import { readAllStreams } from './read.ts';
import type { OwnRow, StreamRow } from './stores.ts';
import { changeStream, findStream, ofStream, type Streams } from './streams.ts';

export const KEPT_AFTER_VERIFYING_MS = 30 * 24 * 3_600_000;
export const PHOTO_KEPT_AFTER_VERIFYING_MS = 7 * 24 * 3_600_000;

/**
 * An entry leaves this tablet only when the server was seen to hold it whole at least 30 days ago, by the
 * server's own clock and in its present epoch, and its visit is finished. So tablets can heal a server that
 * was restored from any backup of these 30 days. Number and hash stay for ever.
 */
export function* forgetVerified(server_ms: number, server_epoch: string): Script<number> {
  const { current, retired } = yield* readAllStreams();
  const streams = [current, ...retired];
  const limits: Limits = new Map(
    streams.map((one) => [one.stream_id, forgettableThrough(one, server_ms, server_epoch)]),
  );
  let forgotten = 0;
  for (const { stream_id, forgotten_through = 0 } of streams) {
    if ((limits.get(stream_id) ?? 0) > forgotten_through) {
      forgotten += yield* forgetRows(stream_id, forgotten_through + 1, limits);
    }
  }
  yield* forgetOldPhotos(server_ms, server_epoch);
  return forgotten;
}

/** The highest number that has been verified for long enough; 0 where none has. */
export function forgettableThrough(
  stream: StreamRow,
  server_ms: number,
  server_epoch: string,
): number {
  if (stream.verified_epoch !== server_epoch) return 0;
  const old = (stream.verified_marks ?? []).filter(
    (mark) => server_ms - mark.server_ms >= KEPT_AFTER_VERIFYING_MS,
  );
  const through = Math.max(0, ...old.map((mark) => mark.through));
  return Math.min(through, stream.verified_through ?? 0, stream.acknowledged_through);
}

/** By stream: the highest number that may leave. */
type Limits = ReadonlyMap<string, number>;
const BATCH = 500;

function* forgetRows(stream_id: string, first: number, limits: Limits): Script<number> {
  const through = limits.get(stream_id) ?? 0;
  let forgotten = 0;
  for (let from = first; from <= through; from += BATCH) {
    const last = Math.min(from + BATCH - 1, through);
    const rows = yield* run(reading(stream_id, from, last));
    const leaving_subjects = yield* leavingSubjects(rows, limits);
    const leaving = rows.filter((row) => row.body !== null && leaving_subjects.has(row.subject_id));
    yield* run(forgetting(stream_id, leaving));
    forgotten += leaving.length;
  }
  yield* run(notingPrefix(stream_id, first, through));
  return forgotten;
}

function reading(stream_id: string, first: number, last: number): Transaction<OwnRow[]> {
  const range = { from: [stream_id, first], through: [stream_id, last] };
  return {
    stores: ['entries'],
    mode: 'readonly',
    durability: 'relaxed',
    work: () => all<OwnRow>('entries', range),
  };
}

/** Finished visits of which everything may leave: half a visit is none. */
function* leavingSubjects(rows: readonly OwnRow[], limits: Limits): Script<Set<string>> {
  const streams = yield* readAllStreams();
  const leaving = new Set<string>();
  // A locked profile sends its picture with the entry that names it.
  const sending = new Set((yield* photosToSend()).map((row) => row.subject_id));
  const may_leave = (row: OwnRow) =>
    row.body === null || row.stream_seq <= (limits.get(row.stream_id) ?? 0);
  for (const subject_id of new Set(rows.map((row) => row.subject_id))) {
    if (sending.has(subject_id)) continue;
    const own = yield* rowsOf(subject_id);
    if (own.every(may_leave) && (yield* has_ended(own, streams))) leaving.add(subject_id);
  }
  return leaving;
}

function rowsOf(subject_id: string): Script<OwnRow[]> {
  return run({
    stores: ['entries'],
    mode: 'readonly',
    durability: 'relaxed',
    work: () => all<OwnRow>('entries', subject_id, { index: 'subject_id' }),
  });
}

/** Not known of a locked profile: then nothing leaves. */
function* has_ended(rows: readonly OwnRow[], { current, retired }: Streams): Script<boolean> {
  const bodies = yield* openKept(rows.map(heldBody));
  if (bodies === 'locked') return false;
  const left = new Map(
    [current, ...retired].map((one) => [one.stream_id, one.forgotten_through ?? 0]),
  );
  // What has left already belonged to a finished visit; of what cannot be read nothing is known.
  return rows.some(({ body, stream_id, stream_seq }, place) => {
    if (body === null) return stream_seq <= (left.get(stream_id) ?? 0);
    const text = bodies[place];
    return typeof text === 'string' && readEntry(text).kind === 'observation.finished';
  });
}

function forgetting(stream_id: string, rows: readonly OwnRow[]): Transaction<void> {
  return {
    stores: ['entries', 'meta', 'streams'],
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      const stream = yield* findStream(stream_id);
      for (const row of rows) {
        // Meanwhile the server may have turned out to stand behind.
        if (row.stream_seq > (stream?.verified_through ?? 0)) continue;
        yield* put('entries', { ...row, body: null });
      }
    },
  };
}

/** How far everything has left, so that nobody looks there again. */
function notingPrefix(stream_id: string, first: number, through: number): Transaction<void> {
  return {
    stores: ['entries', 'meta', 'streams'],
    mode: 'readwrite',
    durability: 'relaxed',
    *work() {
      const range = { from: [stream_id, first], through: [stream_id, through] };
      const rows = yield* all<OwnRow>('entries', range);
      const kept = rows.find((row) => row.body !== null);
      yield* changeStream(stream_id, { forgotten_through: kept ? kept.stream_seq - 1 : through });
    },
  };
}

/** Its bytes leave when the server was seen to hold them seven days ago and the visit is finished. */
function* forgetOldPhotos(server_ms: number, server_epoch: string): Script<void> {
  const leaving: string[] = [];
  const streams = yield* readAllStreams();
  for (const { hash, subject_id, verified_ms, verified_epoch } of yield* sentPhotos()) {
    const is_old =
      verified_ms !== undefined &&
      verified_epoch === server_epoch &&
      server_ms - verified_ms >= PHOTO_KEPT_AFTER_VERIFYING_MS;
    if (is_old && (yield* has_ended(yield* rowsOf(subject_id), streams))) leaving.push(hash);
  }
  if (leaving.length > 0) yield* forgetPhotos(leaving);
}

export function rowsToVerify(stream: StreamRow, limit: number): Script<OwnRow[]> {
  const from = stream.forgotten_through ?? 0;
  return run({
    stores: ['entries'],
    mode: 'readonly',
    durability: 'relaxed',
    *work() {
      const rows = yield* all<OwnRow>('entries', ofStream(stream.stream_id, from), { limit });
      return rows.filter((row) => row.stream_seq <= stream.acknowledged_through);
    },
  });
}

/** The second journal lets go of what the server was seen to hold. */
export function* trimJournal(server_epoch: string): Script<void> {
  const records = yield* readJournal();
  if (records.length === 0) return;
  const { current, retired } = yield* readAllStreams();
  const limits = new Map(
    [current, ...retired]
      .filter((one) => one.verified_epoch === server_epoch)
      .map((one) => [one.stream_id, one.verified_through ?? 0]),
  );
  const verified: string[] = [];
  yield* visitRows(
    records.map((one) => one.entry_id),
    ({ entry_id, stream_id, stream_seq }) => {
      if (stream_seq <= (limits.get(stream_id) ?? 0)) verified.push(entry_id);
    },
  );
  yield* dropFromJournal(verified);
}

/**
 * Rows of which the body can no longer be read, though the server has it: they count as having left this
 * tablet, and everything is fetched anew. Gives whether there were any.
 */
export function* dropUnreadable(rows: readonly OwnRow[]): Script<boolean> {
  const bodies = yield* openKept(rows.map(heldBody));
  if (bodies === 'locked') return false;
  const spoilt = rows.filter((row, place) => row.body !== null && bodies[place] === null);
  if (spoilt.length === 0) return false;
  yield* run<void>({
    stores: ['entries', 'meta'],
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      for (const row of spoilt) yield* put('entries', { ...row, body: null });
      yield* put('meta', '', 'cursor');
    },
  });
  return true;
}
