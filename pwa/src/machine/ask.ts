import type {
  Begun,
  Effect,
  Held,
  JournalRecord,
  Kept,
  KeptBytes,
  Key,
  Moment,
  NetReply,
  NetRequest,
  Range,
  Script,
  SealedKey,
  StoreName,
  StoreOp,
  StoreRead,
  StoreScript,
  Transaction,
  Woken,
} from './effect.ts';

/** Asking the world, typed. What a port answers is what `effect.ts` says it answers. */
function* ask<Answer>(effect: Effect): Script<Answer> {
  return (yield effect) as Answer;
}

export const readClock = () => ask<Moment>({ port: 'clock', ask: 'read' });

export const wait = (ms: number, hears_taps = true) =>
  ask<Woken>({ port: 'clock', ask: 'wait', ms, hears_taps });

export const randomBytes = (count: number) =>
  ask<Uint8Array<ArrayBuffer>>({ port: 'random', ask: 'bytes', count });

/** 0 ≤ x < 1 */
export const randomFraction = () => ask<number>({ port: 'random', ask: 'fraction' });

export const run = <Result>(transaction: Transaction<Result>) =>
  ask<Result>({ port: 'store', transaction });

/** False where this browser has no second journal, or (awaited) it refused. */
export const appendToJournal = (records: readonly JournalRecord[], is_awaited: boolean) =>
  ask<boolean>({ port: 'journal', ask: 'append', records, is_awaited });

/** What the second journal holds of this profile; nothing where there is none. */
export const readJournal = () => ask<JournalRecord[]>({ port: 'journal', ask: 'read' });

/** The same without what the log that appends to this stream is known to have. */
export const readUnsettled = (stream_id: string) =>
  ask<JournalRecord[]>({ port: 'journal', ask: 'read', only_unsettled: true, stream_id });

/** Nobody need look again in this page life whether the log has these. null: it may have lost all of them. */
export const settleJournal = (entry_ids: readonly string[] | null) =>
  ask<void>({ port: 'journal', ask: 'settle', entry_ids });

/** What of these it has lost is written again. Gives how many that were. */
export const completeRecords = (records: readonly JournalRecord[]) =>
  ask<number>({ port: 'journal', ask: 'complete', records });

/** May go: each of these was verified on the server. */
export const dropFromJournal = (entry_ids: readonly string[]) =>
  ask<void>({ port: 'journal', ask: 'drop', entry_ids });

export const send = (request: NetRequest) => ask<NetReply>({ port: 'network', request });

/** It goes on beside this script; whoever began it also asks for its end. */
export const begin = <Result>(script: Script<Result>) =>
  ask<Begun<Result>>({ port: 'meanwhile', ask: 'begin', script });

/** What it came to; throws what it threw. */
export const endOf = <Result>(begun: Begun<Result>) =>
  ask<Result>({ port: 'meanwhile', ask: 'end', begun });

/** A lock that nobody gives back within `patience_ms` is taken from whoever holds it. */
export const takeLock = (name: string, patience_ms: number) =>
  ask<Held>({ port: 'locks', ask: 'take', name, patience_ms });

export const releaseLock = (held: Held) => ask<void>({ port: 'locks', ask: 'release', held });

export const makeKey = () =>
  ask<{ private_key: unknown; public_key: unknown }>({ port: 'platform', ask: 'make_key' });

/** base64url of r and s. */
export const sign = (key: unknown, text: string) =>
  ask<string>({ port: 'platform', ask: 'sign', key, text });

export const gzip = (text: string) =>
  ask<Uint8Array<ArrayBuffer>>({ port: 'platform', ask: 'gzip', text });

export const seal = (texts: readonly string[]) =>
  ask<Kept[]>({ port: 'platform', ask: 'seal', texts });

/** null: can no longer be read. `locked` for all: the key is not at hand now. */
export const open = (kept: readonly Kept[]) =>
  ask<(string | null)[] | 'locked'>({ port: 'platform', ask: 'open', kept });

export const sealBytes = (bytes: ArrayBuffer) =>
  ask<KeptBytes>({ port: 'platform', ask: 'seal_bytes', bytes });

export const openBytes = (kept: KeptBytes) =>
  ask<ArrayBuffer | null | 'locked'>({ port: 'platform', ask: 'open_bytes', kept });

/** The profile's key is sealed to the organisation's, where it is not yet. */
export const sealTo = (key: unknown) => ask<void>({ port: 'platform', ask: 'seal_to', key });

/** Only an `open` profile, or an `unencrypted` one, can be read and take in what the server hands out. */
export const vaultState = () =>
  ask<'open' | 'locked' | 'ended' | 'unencrypted'>({ port: 'platform', ask: 'vault_state' });

export const sealedKey = () => ask<SealedKey | null>({ port: 'platform', ask: 'sealed_key' });

/** The profile's keys lie on the disk again where they were cleared; false where they cannot. */
export const keepKey = () => ask<boolean>({ port: 'platform', ask: 'keep_key' });

export const makeRoom = () => ask<boolean>({ port: 'platform', ask: 'make_room' });

export const tellScreens = (tell: unknown) => ask<void>({ port: 'screens', tell });

// Inside a transaction.

function* op<Answer>(wanted: StoreOp): StoreScript<Answer> {
  return (yield wanted) as Answer;
}

export const get = <Row>(store: StoreName, key: Key, index?: string) =>
  op<Row | undefined>({ op: 'get', store, key, ...(index ? { index } : {}) });

/** Several rows at once: each turn that is waited for costs a tap. */
export const together = <Rows extends unknown[]>(ops: readonly StoreRead[]) =>
  op<Rows>({ op: 'together', ops });

export const all = <Row>(
  store: StoreName,
  range: Range | Key | null,
  more: { index?: string; limit?: number } = {},
) => op<Row[]>({ op: 'all', store, range, ...more });

export const keys = <Found extends Key>(
  store: StoreName,
  range: Range | Key | null,
  index?: string,
) => op<Found[]>({ op: 'keys', store, range, ...(index ? { index } : {}) });

export const count = (store: StoreName, range: Range | null) =>
  op<number>({ op: 'count', store, range });

export const lastKey = <Found extends Key>(store: StoreName, range: Range) =>
  op<Found | undefined>({ op: 'last_key', store, range });

export const put = (store: StoreName, value: unknown, key?: Key) =>
  op<void>({ op: 'put', store, value, ...(key === undefined ? {} : { key }) });

export const add = (store: StoreName, value: unknown, key?: Key) =>
  op<void>({ op: 'add', store, value, ...(key === undefined ? {} : { key }) });

export const remove = (store: StoreName, key: Key) => op<void>({ op: 'delete', store, key });

export const clear = (store: StoreName) => op<void>({ op: 'clear', store });
