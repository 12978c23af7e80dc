import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { adoptJournal, recordOf } from '../../pwa/src/log/append.ts';
import { connect } from '../../pwa/src/log/connection.ts';
import { acknowledge, gatherEntries, nextHeld } from '../../pwa/src/log/deliver.ts';
import { LogError } from '../../pwa/src/log/error.ts';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { declareLost } from '../../pwa/src/log/lost.ts';
import { readMeta, writeMeta } from '../../pwa/src/log/meta.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { beginProfile, firstProfile, profilesOf } from '../../pwa/src/log/profiles.ts';
import { countOnlyInJournal, readMark } from '../../pwa/src/log/read.ts';
import type { OwnRow } from '../../pwa/src/log/stores.ts';
import { forkStream } from '../../pwa/src/log/streams.ts';
import type { JournalRecord, Script } from '../../pwa/src/machine/effect.ts';
import { type Port, perform, performUntil } from '../../pwa/src/machine/perform.ts';
import { PERSON, receive, tap, taps, VISIT } from './tablet.ts';

const NAME = `noticing-${PERSON}`;
let log: DeviceLog;

beforeEach(async () => {
  log = await openLog(PERSON);
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  log.close();
  await deleteDB(NAME);
  await deleteDB('noticing');
});

/** This log with a second journal that holds `records`. */
function withJournal<Result>(script: Script<Result>, records: readonly JournalRecord[]) {
  const port: Port = (effect) => (effect.port === 'journal' ? records : log.port(effect));
  return perform(script, port);
}

async function recordsOf(made = taps(3)): Promise<JournalRecord[]> {
  const kept = await log.vault.seal(made.map((one) => one.body));
  return made.map((one, place) => recordOf(one, kept[place] as Uint8Array<ArrayBuffer>));
}

async function rowAt(stream_seq: number): Promise<OwnRow> {
  const { stream_id } = await log.perform(readMark());
  const database = await openDB(NAME);
  const row = await database.get('entries', [stream_id, stream_seq]);
  database.close();
  return row;
}

/** One byte on the disk has changed. */
async function damage(stream_seq: number): Promise<OwnRow> {
  const row = await rowAt(stream_seq);
  const body = (row.body as Uint8Array<ArrayBuffer>).slice();
  body[20] = (body[20] as number) ^ 0xff;
  const database = await openDB(NAME);
  await database.put('entries', { ...row, body });
  database.close();
  return { ...row, body };
}

const lost = (row: OwnRow) => ({ lost: true, stream_seq: row.stream_seq, hash: row.hash });

test('one entry of the journal that the log does not take keeps none of the others out', async () => {
  const records = await recordsOf();
  const [first] = records as [JournalRecord];
  const bad = { ...first, hash: '0'.repeat(64) };
  expect(await withJournal(adoptJournal(), [first, bad, ...records.slice(1)])).toBe(3);
  expect(await log.entriesOf(VISIT)).toHaveLength(3);
});

test('a full log takes from the journal what still fits, and says that it is full', async () => {
  const records = await recordsOf();
  const add = IDBObjectStore.prototype.add;
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (
    this: IDBObjectStore,
    ...given: Parameters<IDBObjectStore['add']>
  ) {
    if ((given[0] as OwnRow).entry_id === records[1]?.entry_id)
      throw new DOMException('full', 'QuotaExceededError');
    return add.apply(this, given);
  });
  const failure = await withJournal(adoptJournal(), records).catch((cause) => cause);
  expect(failure).toMatchObject({ code: 'storage-full' });
  expect(await log.entriesOf(VISIT)).toHaveLength(2);
});

test('what nobody can read is not taken from the journal, nor counted as kept there', async () => {
  const records = await recordsOf();
  const spoilt = { ...(records[0] as JournalRecord), body: new Uint8Array(40) };
  const journal = [spoilt, ...records.slice(1)];
  expect(await withJournal(countOnlyInJournal(), journal)).toBe(2);
  expect(await withJournal(adoptJournal(), journal)).toBe(2);
});

test('a database that could not be opened once is opened the next time', async () => {
  const { run, close } = connect('noticing-flaky', 1, () => undefined);
  vi.spyOn(IDBFactory.prototype, 'open').mockImplementationOnce(() => {
    throw new DOMException('not now', 'SecurityError');
  });
  await expect(run(async () => 'there')).rejects.toMatchObject({ code: 'storage-unavailable' });
  expect(await run(async () => 'there')).toBe('there');
  close();
});

test('a database that never opens is told as such', async () => {
  vi.useFakeTimers();
  const { run } = connect('noticing-stuck', 1, () => undefined);
  vi.spyOn(IDBFactory.prototype, 'open').mockReturnValue(
    new EventTarget() as unknown as IDBOpenDBRequest,
  );
  const failure = run(async () => 'there').catch((cause) => cause);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await failure).toBeInstanceOf(LogError);
});

test('what cannot be read and was never sent is said to be lost, and its bytes are kept aside', async () => {
  await log.append(taps(2));
  const spoilt = await damage(1);
  const { stream_id } = await log.perform(readMark());
  const { entries } = await log.perform(gatherEntries(stream_id, 1, 10));
  expect(JSON.parse(entries[0]?.body as string)).toEqual(lost(spoilt));
  const database = await openDB(NAME);
  expect(await database.get('meta', `spoilt ${stream_id} 1`)).toEqual(spoilt.body);
  database.close();
});

test('what can no longer be read is taken from the second journal, if that has it whole', async () => {
  const made = taps(3);
  const records = await recordsOf(made);
  await log.append(made);
  await damage(1);
  await damage(2);
  const { stream_id } = await log.perform(readMark());
  const [first, second] = records as [JournalRecord, JournalRecord];
  const torn = { ...second, body: (second.body as Uint8Array<ArrayBuffer>).slice(0, 30) };
  const batch = await withJournal(gatherEntries(stream_id, 1, 3), [first, torn]);
  expect(batch.entries.map((one) => one.body)).toEqual([
    made[0]?.body,
    JSON.stringify({ lost: true, stream_seq: 2, hash: second.hash }),
    made[2]?.body,
  ]);
  expect((await log.entriesOf(VISIT)).map((one) => one.body)).toContain(made[0]?.body);
});

test('nothing is said to be lost that the server has, or that has changed since it was looked at', async () => {
  await log.append(taps(2));
  const before = await rowAt(1);
  const { stream_id } = await log.perform(readMark());
  const spoilt = await damage(1);
  await log.perform(declareLost(stream_id, [{ stream_seq: 1, row: before }]));
  expect(await rowAt(1)).toEqual(spoilt);
  await log.perform(acknowledge({ stream_id, through: 2, hash: 'h', set_aside: [] }));
  await log.perform(declareLost(stream_id, [{ stream_seq: 1, row: spoilt }]));
  expect(await rowAt(1)).toEqual(spoilt);
});

test('a repair goes round what cannot be read here, and says nothing to be lost', async () => {
  await log.append(taps(4));
  const spoilt = await damage(2);
  const { stream_id } = await log.perform(readMark());
  await log.perform(acknowledge({ stream_id, through: 4, hash: 'h', set_aside: [] }));
  expect(await log.perform(nextHeld(stream_id, 1, 4))).toEqual({ from: 1, through: 1 });
  expect(await log.perform(nextHeld(stream_id, 2, 4))).toEqual({ from: 3, through: 4 });
  expect((await log.perform(gatherEntries(stream_id, 1, 4))).entries).toHaveLength(1);
  expect(await rowAt(2)).toEqual(spoilt);
});

test('what was lost here and comes from the server is shown again', async () => {
  const made = tap();
  await log.append([made]);
  await damage(1);
  const { stream_id } = await log.perform(readMark());
  await log.perform(gatherEntries(stream_id, 1, 1));
  expect(await log.entriesOf(VISIT)).toEqual([]);
  const item = { what: 'entry', stream_id: 'hers', stream_seq: 1, body: made.body } as const;
  await receive(log, { items: [item], cursor: 'c1' });
  expect((await log.entriesOf(VISIT)).map((one) => one.body)).toEqual([made.body]);
});

test('the profile that began last is the newest, also where the clock was set back', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 12) });
  await beginProfile(PERSON, `${NAME}-00000001`);
  vi.setSystemTime(Date.UTC(2025, 0, 1));
  await beginProfile(PERSON, `${NAME}-00000002`);
  expect(await profilesOf(PERSON)).toEqual([
    `${NAME}-00000002`,
    `${NAME}-00000001`,
    firstProfile(PERSON),
  ]);
});

test('a journal whose profile no list names any more is still somebody’s', async () => {
  const folders = [`noticing-journal-${PERSON}`, `noticing-journal-${PERSON}-0a1b2c3d`, 'ballast'];
  const root = {
    async *keys() {
      yield* folders;
    },
  };
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => root } });
  expect(await profilesOf(PERSON)).toEqual([NAME, `${NAME}-0a1b2c3d`]);
  vi.unstubAllGlobals();
});

test('a stream that is left and the place to fetch from change together', async () => {
  await log.append(taps(1));
  await log.perform(writeMeta('cursor', 'c1'));
  const { stream_id } = await log.perform(readMark());
  await log.perform(forkStream(stream_id));
  expect(await log.perform(readMeta('cursor'))).toBe('');
});

test('what was tapped after the site data were cleared can be read after a restart', async () => {
  await log.append(taps(2));
  await deleteDB(NAME);
  const made = tap();
  await log.append([made]);
  log.close();
  log = await openLog(PERSON);
  expect(log.profile).toBe(NAME);
  expect((await log.entriesOf(VISIT)).map((one) => one.body)).toEqual([made.body]);
});

test('a lock that is given while the script is stopped is given back', async () => {
  let is_stopped = false;
  const released: unknown[] = [];
  function* holding(): Script<void> {
    const held = yield { port: 'locks', ask: 'take', name: 'one', patience_ms: 1 };
    try {
      yield { port: 'clock', ask: 'read' };
    } finally {
      yield { port: 'locks', ask: 'release', held: held as never };
    }
  }
  const port: Port = (effect) => {
    if (effect.port !== 'locks') return null;
    if (effect.ask === 'release') return released.push(effect.held);
    is_stopped = true;
    return 'the lock';
  };
  await performUntil(holding(), port, () => is_stopped);
  expect(released).toEqual(['the lock']);
});
