import { add, get, keys, lastKey, put, readClock, remove, run } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import type { StreamRow } from './stores.ts';
import { changeStream } from './streams.ts';

/** Small things that sync keeps beside the entries. */
export type MetaKey =
  | 'stream'
  | 'cursor'
  | 'server_epoch'
  | 'stream_key'
  | 'enrolled'
  | 'last_contact_at'
  | 'verified_at'
  | 'clock_behind_ms'
  /** ISO time since which no answer of the server's came; null while they come. */
  | 'offline_since'
  /** What the server says of reading here: open, ended, or never where it has not begun. */
  | 'reading'
  /** How long what came from the server may be shown. */
  | 'lease'
  /** Its PIN was not known: no session that is there already may be used, only a password. */
  | 'password_first'
  /** Whether the pages of the server in this browser are still to be shut or opened. */
  | 'pages_wanted'
  /** How far own entries were looked at for pictures that are not here. */
  | 'photos_looked'
  /** The subjects that were withdrawn from this person. */
  | 'withdrawn';

export function readMeta<Value>(key: MetaKey): Script<Value | undefined> {
  return run({
    stores: ['meta'],
    mode: 'readonly',
    durability: 'relaxed',
    work: () => get<Value>('meta', key),
  });
}

export function writeMeta(key: MetaKey, value: unknown): Script<void> {
  return run({
    stores: ['meta'],
    mode: 'readwrite',
    durability: 'strict',
    work: () => put('meta', value, key),
  });
}

/** Stores `value` unless another tab was first; gives what stands. */
export function writeMetaOnce<Value>(key: MetaKey, value: Value): Script<Value> {
  return run({
    stores: ['meta'],
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      const known = yield* get<Value>('meta', key);
      if (known === undefined) yield* put('meta', value, key);
      return known ?? value;
    },
  });
}

export function writeStream(
  stream_id: string,
  changed: Partial<Omit<StreamRow, 'stream_id'>>,
): Script<void> {
  return run({
    stores: ['meta', 'streams'],
    mode: 'readwrite',
    durability: 'strict',
    work: () => changeStream(stream_id, changed),
  });
}

const NOTES_KEPT = 500;

/** For whoever helps later; `text` must hold nothing of anybody's evidence. The oldest notes go. */
export function* note(code: string, text: string): Script<void> {
  const { wall_ms } = yield* readClock();
  yield* run<void>({
    stores: ['diagnostics'],
    mode: 'readwrite',
    durability: 'relaxed',
    *work() {
      yield* add('diagnostics', { at: new Date(wall_ms).toISOString(), code, text });
      const last = (yield* lastKey<number>('diagnostics', {})) ?? 0;
      for (const key of yield* keys<number>('diagnostics', { through: last - NOTES_KEPT })) {
        yield* remove('diagnostics', key);
      }
    },
  });
}
