import type { IDBPDatabase } from 'idb';
import { type Entry, readEntry } from '../entry/entry.ts';
import type {
  Counts,
  EntryState,
  LoggedEntry,
  SetAsideEntry,
  StreamMark,
  SubjectSummary,
} from './log.ts';
import type { LogSchema, OwnRow, PulledRow, StreamRow } from './stores.ts';

type Database = IDBPDatabase<LogSchema>;

export async function readMark(database: Database): Promise<StreamMark> {
  return (await database.get('meta', 'stream')) as StreamRow;
}

export async function entriesOf(database: Database, subject_id: string): Promise<LoggedEntry[]> {
  const transaction = database.transaction(['entries', 'pulled', 'meta', 'set_aside']);
  const [own, pulled, stream, set_aside] = await Promise.all([
    transaction.objectStore('entries').index('subject_id').getAll(subject_id),
    transaction.objectStore('pulled').index('subject_id').getAll(subject_id),
    transaction.objectStore('meta').get('stream') as Promise<StreamRow>,
    transaction.objectStore('set_aside').getAll(),
  ]);
  return joinEntries(own, pulled, stream, set_aside);
}

export async function setAsideEntries(database: Database): Promise<LoggedEntry[]> {
  const transaction = database.transaction(['entries', 'meta', 'set_aside']);
  const stream = (await transaction.objectStore('meta').get('stream')) as StreamRow;
  const set_aside = await transaction.objectStore('set_aside').getAll(ofStream(stream));
  const rows = await Promise.all(
    set_aside.map((one) => transaction.objectStore('entries').get([one.stream_id, one.stream_seq])),
  );
  const own = rows.filter((row) => row !== undefined);
  return joinEntries(own, [], stream, set_aside).filter((one) => one.state === 'set_aside');
}

export async function countEntries(database: Database): Promise<Counts> {
  const transaction = database.transaction(['entries', 'meta', 'set_aside']);
  const stream = (await transaction.objectStore('meta').get('stream')) as StreamRow;
  const { stream_id, last_seq, acknowledged_through } = stream;
  const [oldest, set_aside] = await Promise.all([
    transaction.objectStore('entries').get([stream_id, acknowledged_through + 1]),
    transaction
      .objectStore('set_aside')
      .count(IDBKeyRange.bound([stream_id], [stream_id, acknowledged_through])),
  ]);
  return {
    on_tablet: last_seq - acknowledged_through,
    sent: acknowledged_through,
    set_aside,
    oldest_unsent_at: oldest ? readEntry(oldest.body).entered_at : null,
  };
}

export async function summariseSubjects(database: Database): Promise<SubjectSummary[]> {
  const transaction = database.transaction(['entries', 'pulled', 'meta', 'set_aside']);
  const [own, pulled, stream, set_aside] = await Promise.all([
    transaction.objectStore('entries').getAll(),
    transaction.objectStore('pulled').getAll(),
    transaction.objectStore('meta').get('stream') as Promise<StreamRow>,
    transaction.objectStore('set_aside').getAll(),
  ]);
  const subjects = new Map<string, LoggedEntry[]>();
  for (const one of joinEntries(own, pulled, stream, set_aside)) {
    const { subject_id } = one.entry;
    const found = subjects.get(subject_id);
    if (found) found.push(one);
    else subjects.set(subject_id, [one]);
  }
  return [...subjects.values()].map(summarise);
}

function summarise(entries: readonly LoggedEntry[]): SubjectSummary {
  const { subject_kind, subject_id } = (entries[0] as LoggedEntry).entry;
  const kinds: Record<string, number> = {};
  for (const { entry } of entries) kinds[entry.kind] = (kinds[entry.kind] ?? 0) + 1;
  const times = entries
    .map((one) => one.entry.entered_at)
    .sort((a, b) => Date.parse(a) - Date.parse(b));
  return {
    subject_kind,
    subject_id,
    kinds,
    entry_count: entries.length,
    first_entered_at: times[0] as string,
    last_entered_at: times.at(-1) as string,
    dots: entries.filter((one) => one.state === 'dot').length,
    set_aside: entries.filter((one) => one.state === 'set_aside').length,
  };
}

function joinEntries(
  own: readonly OwnRow[],
  pulled: readonly PulledRow[],
  stream: StreamRow,
  set_aside: readonly SetAsideEntry[],
): LoggedEntry[] {
  // By place, not by entry_id: the server had to make up an id for what it could not read.
  const reasons = new Map(set_aside.map((one) => [`${one.stream_id} ${one.stream_seq}`, one]));
  const own_ids = new Set(own.map((row) => row.entry_id));
  const joined: LoggedEntry[] = own.map((row) => {
    const reason = reasons.get(`${row.stream_id} ${row.stream_seq}`);
    const is_checked =
      row.stream_id === stream.stream_id && row.stream_seq <= stream.acknowledged_through;
    const state: EntryState = !is_checked ? 'dot' : reason ? 'set_aside' : 'check';
    const logged = { ...place(row), state, is_own: true };
    return state === 'set_aside' && reason
      ? { ...logged, set_aside: { code: reason.code, text: reason.text } }
      : logged;
  });
  for (const row of pulled) {
    if (!own_ids.has(row.entry_id)) joined.push({ ...place(row), state: 'check', is_own: false });
  }
  return joined;
}

function place(row: OwnRow | PulledRow) {
  const { stream_id, stream_seq, body } = row;
  const entry: Entry = readEntry(body);
  return { stream_id, stream_seq, body, entry };
}

function ofStream(stream: StreamRow): IDBKeyRange {
  return IDBKeyRange.bound([stream.stream_id, 1], [stream.stream_id, []]);
}
