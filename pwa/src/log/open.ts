import type { IDBPDatabase } from 'idb';
import type { MadeEntry } from '../entry/entry.ts';
import { acknowledgeRows } from './acknowledge.ts';
import { appendRows } from './append.ts';
import { announceChanges } from './changes.ts';
import { connect } from './connection.ts';
import { hashBody } from './hash.ts';
import type { DeviceLog, Meta, ReceivedItem, Reference } from './log.ts';
import { countEntries, entriesOf, readMark, setAsideEntries, summariseSubjects } from './read.ts';
import { receiveItems } from './receive.ts';
import { type LogSchema, newStream, upgrade, VERSION } from './stores.ts';

/** The log of one account on this tablet. Rejects with LogError. */
export async function openLog(person_id: string): Promise<DeviceLog> {
  const name = `noticing-${person_id}`;
  const connection = connect<LogSchema>(name, VERSION, upgrade);
  await connection.run(beginStream);
  const changes = announceChanges(name);
  const { run } = connection;

  return {
    person_id,
    async append(made) {
      const hashed = await Promise.all(made.map(hashEntry));
      const rows = await run((database) => appendRows(database, hashed));
      changes.announce({ what: 'appended', subject_ids: subjectsOf(made) });
      return rows.map((row, index) => ({
        stream_id: row.stream_id,
        stream_seq: row.stream_seq,
        body: row.body,
        // biome-ignore lint/style/noNonNullAssertion: one row for each made entry
        entry: made[index]!.entry,
        state: 'dot',
        is_own: true,
      }));
    },
    entriesOf: (subject_id) => run((database) => entriesOf(database, subject_id)),
    subjects: () => run(summariseSubjects),
    setAside: () => run(setAsideEntries),
    counts: () => run(countEntries),
    reference: openReference(run, () => changes.announce({ what: 'received', subject_ids: null })),
    subscribe: changes.subscribe,
    close() {
      changes.close();
      connection.close();
    },
    mark: () => run(readMark),
    unsent: (limit) =>
      run(async (database) => {
        const { stream_id, acknowledged_through } = await readMark(database);
        return database.getAll('entries', above(stream_id, acknowledged_through), limit);
      }),
    hashes: (first, last) =>
      run(async (database) => {
        const { stream_id } = await readMark(database);
        if (last < first) return [];
        const range = IDBKeyRange.bound([stream_id, first], [stream_id, last]);
        return (await database.getAll('entries', range)).map((row) => row.hash);
      }),
    async acknowledge(acknowledgement) {
      const has_changed = await run((database) => acknowledgeRows(database, acknowledgement));
      if (has_changed) changes.announce({ what: 'acknowledged', subject_ids: null });
    },
    async receive(receipt) {
      await run((database) => receiveItems(database, receipt));
      const subject_ids = touchedSubjects(receipt.items);
      if (receipt.replaces_all) changes.announce({ what: 'received', subject_ids: null });
      else if (receipt.items.length > 0) changes.announce({ what: 'received', subject_ids });
    },
    note: (code, text) =>
      run(async (database) => {
        await database.add('diagnostics', { at: new Date().toISOString(), code, text });
      }),
    meta: openMeta(run),
  };
}

type Run = <Result>(
  work: (database: IDBPDatabase<LogSchema>) => Promise<Result>,
) => Promise<Result>;

async function beginStream(database: IDBPDatabase<LogSchema>): Promise<void> {
  const transaction = database.transaction('meta', 'readwrite', { durability: 'strict' });
  if (!(await transaction.store.get('stream'))) await transaction.store.put(newStream(), 'stream');
  await transaction.done;
}

async function hashEntry(made: MadeEntry) {
  return { ...made, hash: await hashBody(made.body) };
}

function openReference(run: Run, announce: () => void): Reference {
  return {
    get: (room, id) =>
      run(async (database) => (await database.get('reference', [room, id]))?.row ?? null),
    all: (room) =>
      run(async (database) => {
        // An array sorts after every string: the range holds all keys of the room.
        const range = IDBKeyRange.bound([room], [room, []]);
        return (await database.getAll('reference', range)).map((found) => found.row);
      }),
    async put(rows) {
      await run(async (database) => {
        const transaction = database.transaction('reference', 'readwrite');
        for (const row of rows) transaction.store.put(row).catch(() => undefined);
        await transaction.done;
      });
      announce();
    },
  };
}

function openMeta(run: Run): Meta {
  return {
    get: (key) => run((database) => database.get('meta', key)),
    put: (key, value) =>
      run(async (database) => {
        const transaction = database.transaction('meta', 'readwrite', { durability: 'strict' });
        await transaction.store.put(value, key);
        await transaction.done;
      }),
    putOnce: (key, value) =>
      run(async (database) => {
        const transaction = database.transaction('meta', 'readwrite', { durability: 'strict' });
        const known = await transaction.store.get(key);
        if (known === undefined) await transaction.store.put(value, key);
        await transaction.done;
        return known ?? value;
      }),
  };
}

function above(stream_id: string, stream_seq: number): IDBKeyRange {
  return IDBKeyRange.bound([stream_id, stream_seq], [stream_id, []], true, false);
}

function subjectsOf(made: readonly MadeEntry[]): string[] {
  return [...new Set(made.map((one) => one.entry.subject_id))];
}

/** null where rows or set-aside entries are among them, which belong to any subject. */
function touchedSubjects(items: readonly ReceivedItem[]): string[] | null {
  const touched = new Set<string>();
  for (const item of items) {
    if (item.what === 'entry') {
      touched.add((JSON.parse(item.body) as { subject_id: string }).subject_id);
    } else if (item.what === 'granted' || item.what === 'withdrawn') touched.add(item.subject_id);
    else return null;
  }
  return [...touched];
}
