import type { MadeEntry } from '../entry/entry.ts';
import {
  add,
  appendToJournal,
  keepKey,
  makeRoom,
  put,
  run,
  seal,
  settleJournal,
  tellScreens,
  together,
} from '../machine/ask.ts';
import type {
  JournalRecord,
  Kept,
  Script,
  StoreName,
  StoreScript,
  Transaction,
} from '../machine/effect.ts';
import { LogError } from './error.ts';
import { hashBody } from './hash.ts';
import type { LogChange, LoggedEntry } from './log.ts';
import { lookInJournal } from './only_in_journal.ts';
import type { OwnRow, StreamRow } from './stores.ts';
import { beginLog } from './streams.ts';

/**
 * Done when one strictly durable transaction is complete; only then may a dot be shown. The second journal
 * is written beside it. Where the store refuses even after it was opened anew, the journal alone keeps the
 * entries, and `adoptJournal` brings them into the log when the store is back.
 */
export function* appendEntries(made: readonly MadeEntry[]): Script<LoggedEntry[]> {
  const kept = yield* seal(made.map((one) => one.body));
  const records = made.map((one, place) => recordOf(one, kept[place] as Kept));
  yield* appendToJournal(records, false);
  let rows: readonly Numbered[];
  try {
    rows = yield* appendWithRoom(records);
  } catch (cause) {
    if (cause instanceof LogError && cause.code === 'entry-id-taken') throw cause;
    if (!(yield* appendToJournal(records, true))) throw cause;
    rows = records.map(() => NOT_NUMBERED);
  }
  yield* tellScreens(change('appended', made));
  return rows.map((row, place) => loggedAt(row, made[place] as MadeEntry));
}

export function loggedAt({ stream_id, stream_seq }: Numbered, made: MadeEntry): LoggedEntry {
  const { body, entry } = made;
  return { stream_id, stream_seq, body, entry, state: 'dot', is_own: true };
}

function* appendWithRoom(records: readonly JournalRecord[]): Script<OwnRow[]> {
  try {
    return yield* appendRecords(records);
  } catch (cause) {
    const is_full = cause instanceof LogError && cause.code === 'storage-full';
    if (!is_full || !(yield* makeRoom())) throw cause;
    return yield* appendRecords(records);
  }
}

type Numbered = Pick<OwnRow, 'stream_id' | 'stream_seq'>;
const NOT_NUMBERED: Numbered = { stream_id: '', stream_seq: 0 };

export function recordOf({ entry, body }: MadeEntry, kept: Kept): JournalRecord {
  const { entry_id, subject_id, entered_at } = entry;
  return { entry_id, subject_id, hash: hashBody(body), body: kept, at: Date.parse(entered_at) };
}

const ADOPTED_AT_ONCE = 200;

/**
 * What the journal has and the log has not goes to the end of the log. Gives how many that were. One that the
 * log does not take keeps none of the others out.
 */
export function* adoptJournal(): Script<number> {
  const { missing, settled } = yield* lookInJournal();
  const adopted: JournalRecord[] = [];
  let failure: unknown = null;
  for (let at = 0; at < missing.length && failure === null; at += ADOPTED_AT_ONCE) {
    const batch = missing.slice(at, at + ADOPTED_AT_ONCE);
    failure = yield* adoptBatch(batch, adopted);
  }
  if (adopted.length > 0) {
    const subject_ids = [...new Set(adopted.map((one) => one.subject_id))];
    yield* tellScreens({ what: 'appended', subject_ids });
  }
  if (failure !== null) throw failure;
  const ids = [...settled, ...missing.map((one) => one.entry_id)];
  if (ids.length > 0) yield* settleJournal(ids);
  return adopted.length;
}

/** All at once, and where that fails singly. Gives what failed; what is there already with another content is left. */
function* adoptBatch(batch: readonly JournalRecord[], adopted: JournalRecord[]): Script<unknown> {
  try {
    yield* appendWithRoom(batch);
    adopted.push(...batch);
    return null;
  } catch {
    // Told apart below.
  }
  let failure: unknown = null;
  for (const record of batch) {
    try {
      yield* appendRecords([record]);
      adopted.push(record);
    } catch (cause) {
      const is_taken = cause instanceof LogError && cause.code === 'entry-id-taken';
      if (!is_taken) failure ??= cause;
    }
  }
  return failure;
}

/** What else is kept in the same transaction, in which stores. */
export interface Beside {
  readonly stores: readonly StoreName[];
  readonly work: () => StoreScript<void>;
}
const NOTHING_BESIDE: Beside = { stores: [], *work() {} };

export function* appendRecords(
  records: readonly JournalRecord[],
  beside: Beside = NOTHING_BESIDE,
): Script<OwnRow[]> {
  let rows = yield* run(appending(records, beside));
  if (rows === 'no-stream') {
    // The site's data were cleared under the open app: a stream of its own, never the old numbers. What is
    // sealed already and what follows can only be read where the keys lie on the disk again.
    if (!(yield* keepKey())) throw new LogError('storage-unavailable');
    yield* beginLog();
    rows = yield* run(appending(records, beside));
  }
  if (rows === 'no-stream') throw new LogError('storage-unavailable');
  return rows;
}

/**
 * One transaction gives the numbers and stores the entries, so that two tabs cannot collide. An entry that is
 * there already is given back as it stands.
 */
function appending(
  records: readonly JournalRecord[],
  beside: Beside,
): Transaction<OwnRow[] | 'no-stream'> {
  return {
    stores: ['entries', 'meta', ...beside.stores],
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      const ids = records.map((one) => one.entry_id);
      const [stream, ...there] = yield* together<[StreamRow?, ...(OwnRow | undefined)[]]>([
        { op: 'get', store: 'meta', key: 'stream' },
        ...ids.map((key) => ({ op: 'get', store: 'entries', key, index: 'entry_id' }) as const),
      ]);
      if (!stream) return 'no-stream';
      let { last_seq } = stream;
      const rows: OwnRow[] = [];
      const added = new Map<string, OwnRow>();
      for (const [place, one] of records.entries()) {
        const known = there[place] ?? added.get(one.entry_id);
        if (known && known.hash !== one.hash) throw new LogError('entry-id-taken');
        const { stream_id } = stream;
        const row = known ?? { ...one, stream_id, stream_seq: ++last_seq };
        if (!known) yield* add('entries', row);
        added.set(row.entry_id, row);
        rows.push(row);
      }
      if (last_seq > stream.last_seq) yield* put('meta', { ...stream, last_seq }, 'stream');
      yield* beside.work();
      return rows;
    },
  };
}

export function change(
  what: LogChange['what'],
  made: readonly MadeEntry[],
): Omit<LogChange, 'from'> {
  return { what, subject_ids: [...new Set(made.map((one) => one.entry.subject_id))] };
}
