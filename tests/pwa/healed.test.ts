import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordOf } from '../../pwa/src/log/append.ts';
import { gatherEntries } from '../../pwa/src/log/deliver.ts';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { healLost } from '../../pwa/src/log/lost.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import type { OwnRow } from '../../pwa/src/log/stores.ts';
import type { JournalRecord, Script } from '../../pwa/src/machine/effect.ts';
import { type Port, perform } from '../../pwa/src/machine/perform.ts';
import { PERSON, taps } from './tablet.ts';

const NAME = `noticing-${PERSON}`;
let log: DeviceLog;

beforeEach(async () => {
  log = await openLog(PERSON);
});

afterEach(async () => {
  log.close();
  await deleteDB(NAME);
});

/** This log with a second journal that holds `records`. */
function withJournal<Result>(script: Script<Result>, records: readonly JournalRecord[]) {
  const port: Port = (effect) => (effect.port === 'journal' ? records : log.port(effect));
  return perform(script, port);
}

/** Two entries of which the first can no longer be read, and what the journal wrote of both. */
async function damaged() {
  const made = taps(2);
  const kept = await log.vault.seal(made.map((one) => one.body));
  const records = made.map((one, place) =>
    recordOf(one, kept[place] as Uint8Array<ArrayBuffer>),
  ) as [JournalRecord, JournalRecord];
  await log.append(made);
  const { stream_id } = await log.perform(readMark());
  const row = await rowAt(stream_id);
  const spoilt = { ...row, body: new Uint8Array(40) };
  await write(spoilt);
  return { stream_id, row, spoilt, records };
}

async function rowAt(stream_id: string): Promise<OwnRow> {
  const database = await openDB(NAME);
  const row = await database.get('entries', [stream_id, 1]);
  database.close();
  return row;
}

async function write(row: OwnRow): Promise<void> {
  const database = await openDB(NAME);
  await database.put('entries', row);
  database.close();
}

test('a record of the journal that holds another entry’s words heals nothing', async () => {
  const { stream_id, row, records } = await damaged();
  const [first, second] = records;
  const swapped = { ...first, body: second.body };
  const { entries } = await withJournal(gatherEntries(stream_id, 1, 2), [swapped, second]);
  expect(JSON.parse(entries[0]?.body as string)).toMatchObject({ lost: true, hash: row.hash });
});

test('what has changed since it was found unreadable is not written over', async () => {
  const { stream_id, spoilt, records } = await damaged();
  const since = { ...spoilt, body: null };
  await write(since);
  const judged = [{ stream_seq: 1, row: spoilt }];
  expect(await withJournal(healLost(judged), records)).toBe(false);
  expect(await rowAt(stream_id)).toEqual(since);
  await write(spoilt);
  expect(await withJournal(healLost(judged), records)).toBe(true);
  expect((await rowAt(stream_id)).body).toEqual(records[0].body);
});
