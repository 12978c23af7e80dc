import { makeId } from '../entry/entry.ts';
import {
  all,
  get,
  keys,
  lastKey,
  put,
  randomBytes,
  readClock,
  remove,
  run,
  settleJournal,
} from '../machine/ask.ts';
import type { Script, StoreScript, Transaction } from '../machine/effect.ts';
import { EMPTY_HASH } from './hash.ts';
import type { OwnRow, StreamRow } from './stores.ts';

export interface Streams {
  readonly current: StreamRow;
  readonly retired: readonly StreamRow[];
}

export function* makeStream(): Script<StreamRow> {
  const { wall_ms } = yield* readClock();
  const bytes = yield* randomBytes(16);
  return {
    stream_id: makeId(wall_ms, () => bytes),
    last_seq: 0,
    acknowledged_through: 0,
    acknowledged_hash: EMPTY_HASH,
  };
}

/** All numbers of a stream, or those beyond one. */
export function ofStream(stream_id: string, beyond = 0) {
  return {
    from: [stream_id, beyond],
    through: [stream_id, Number.MAX_SAFE_INTEGER],
    is_from_open: true,
  };
}

/** Where the site's data were cleared under the open app there is no stream, and so nothing in it. */
const NO_STREAM: StreamRow = {
  stream_id: '',
  last_seq: 0,
  acknowledged_through: 0,
  acknowledged_hash: EMPTY_HASH,
};

export function* readStreams(): StoreScript<Streams> {
  const current = yield* get<StreamRow>('meta', 'stream');
  const retired = yield* all<StreamRow>('streams', null);
  return { current: current ?? NO_STREAM, retired };
}

export function* findStream(stream_id: string): StoreScript<StreamRow | undefined> {
  const current = yield* get<StreamRow>('meta', 'stream');
  return current?.stream_id === stream_id ? current : yield* get<StreamRow>('streams', stream_id);
}

/** Writes a stream where it lies; `changed` is laid over what stands there now. */
export function* changeStream(
  stream_id: string,
  changed: Partial<Omit<StreamRow, 'stream_id'>>,
): StoreScript<void> {
  const current = yield* get<StreamRow>('meta', 'stream');
  if (current?.stream_id === stream_id)
    return yield* put('meta', { ...current, ...changed }, 'stream');
  const retired = yield* get<StreamRow>('streams', stream_id);
  if (retired) yield* put('streams', { ...retired, ...changed });
}

const STORES = ['entries', 'meta', 'streams'] as const;

/**
 * Gives the log a stream to append to. Where what it knew of its streams is gone or older than the entries,
 * the old numbers are never given again: a new stream begins, and the old ones go on delivering.
 */
export function* beginLog(): Script<void> {
  const fresh = yield* makeStream();
  // Whatever was in the log before may be gone, so all of the journal is looked at again.
  if (yield* run(beginning(fresh))) yield* settleJournal(null);
}

/** The same, where it is likely that there is one: nothing is written then. */
export function* ensureLog(): Script<void> {
  const { current } = yield* run({
    stores: ['meta', 'streams'],
    mode: 'readonly',
    durability: 'relaxed',
    work: readStreams,
  });
  if (current.stream_id === '') yield* beginLog();
}

/** Gives whether there was none to go on with. */
function beginning(fresh: StreamRow): Transaction<boolean> {
  return {
    stores: STORES,
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      const stream = yield* get<StreamRow>('meta', 'stream');
      const highest = stream ? yield* highestOf(stream.stream_id) : 0;
      if (stream && highest <= stream.last_seq) return false;
      const known = new Set((yield* all<StreamRow>('streams', null)).map((one) => one.stream_id));
      for (const stream_id of yield* streamsInEntries()) {
        if (known.has(stream_id)) continue;
        const last_seq = yield* highestOf(stream_id);
        yield* put('streams', { ...fresh, stream_id, last_seq, retired: 'reconstructed' });
      }
      yield* put('meta', fresh, 'stream');
      return true;
    },
  };
}

function* highestOf(stream_id: string): StoreScript<number> {
  const key = yield* lastKey<[string, number]>('entries', ofStream(stream_id));
  return key?.[1] ?? 0;
}

function* streamsInEntries(): StoreScript<Set<string>> {
  return new Set((yield* keys<[string, number]>('entries', null)).map(([stream_id]) => stream_id));
}

/**
 * This stream's numbers carry other content on the server: this tablet was restored from an image, or copied.
 * All that is here goes into a new stream, in new envelopes with the same bodies; what is on the server already is
 * known there by its id and hash, and nothing is doubled. What has left this tablet stays where it was.
 */
export function* forkStream(stream_id: string): Script<void> {
  const fresh = yield* makeStream();
  yield* run(moving(stream_id, fresh));
}

function moving(stream_id: string, fresh: StreamRow): Transaction<void> {
  return {
    stores: STORES,
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      const { current } = yield* readStreams();
      const stream = yield* findStream(stream_id);
      if (!stream || stream.retired === 'forked' || current.stream_id === '') return;
      const is_current = current.stream_id === stream_id;
      const target = is_current ? fresh : current;
      const rows = yield* all<OwnRow>('entries', ofStream(stream_id));
      let last_seq = target.last_seq;
      for (const row of rows) {
        if (row.body === null) continue;
        yield* remove('entries', [row.stream_id, row.stream_seq]);
        last_seq += 1;
        yield* put('entries', { ...row, stream_id: target.stream_id, stream_seq: last_seq });
      }
      yield* put('streams', { ...stream, ...LEFT });
      yield* put('meta', { ...target, last_seq }, 'stream');
      // What a copy of this tablet sent under these numbers was left out so far.
      yield* put('meta', '', 'cursor');
    },
  };
}

/** A stream that was left has nothing to deliver any more, and nothing of it is confirmed. */
const LEFT: Partial<StreamRow> = {
  ...{ retired: 'forked', last_seq: 0, acknowledged_through: 0, acknowledged_hash: EMPTY_HASH },
  ...{ verified_through: 0, verified_marks: [] },
};
