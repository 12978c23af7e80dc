import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readEntry } from '../../pwa/src/entry/entry.ts';
import { forgetAccount, rememberAccount, rememberedAccounts } from '../../pwa/src/log/accounts.ts';
import { acknowledge, gatherEntries, readHashes } from '../../pwa/src/log/deliver.ts';
import { LogError } from '../../pwa/src/log/error.ts';
import { hashBody } from '../../pwa/src/log/hash.ts';
import type { DeviceLog, LogChange } from '../../pwa/src/log/log.ts';
import { readMeta } from '../../pwa/src/log/meta.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { readMark, readStream } from '../../pwa/src/log/read.ts';
import { PERSON, receive, tap, taps, VISIT } from './tablet.ts';

const opened: DeviceLog[] = [];
async function open(): Promise<DeviceLog> {
  const log = await openLog(PERSON);
  opened.push(log);
  return log;
}
let log: DeviceLog;

beforeEach(async () => {
  log = await open();
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const one of opened.splice(0)) one.close();
  await deleteDB(`noticing-${PERSON}`);
});

test('entries are numbered one, two, three in the order they were made', async () => {
  const logged = [...(await log.append(taps(2))), ...(await log.append([tap()]))];
  expect(logged.map((one) => one.stream_seq)).toEqual([1, 2, 3]);
  expect(new Set(logged.map((one) => one.stream_id)).size).toBe(1);
  expect(logged.every((one) => one.state === 'dot' && one.is_own)).toBe(true);
});

test('a tap is there after the app was closed and opened again, byte for byte', async () => {
  const made = tap();
  const [written] = await log.append([made]);
  log.close();
  const [found] = await (await open()).entriesOf(VISIT);
  expect(found).toEqual({ ...written, entry: readEntry(made.body), body: made.body });
});

test('two tabs that append at once share one numbering without holes', async () => {
  const other = await open();
  const logged = await Promise.all([
    ...taps(20).map((one) => log.append([one])),
    ...taps(20).map((one) => other.append([one])),
  ]);
  const numbers = logged.flat().map((one) => one.stream_seq);
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
});

test('two tabs that open a new account at once agree on its stream', async () => {
  const logs = await Promise.all([openLog('somebody-new'), openLog('somebody-new')]);
  const [one, other] = await Promise.all(logs.map((each) => each.perform(readMark())));
  expect(one).toEqual(other);
  for (const each of logs) each.close();
});

test('the same entry appended twice is the one that is there', async () => {
  const made = tap();
  const first = await log.append([made]);
  expect(await log.append([tap(), made])).toContainEqual(first[0]);
  expect(await log.counts()).toMatchObject({ on_tablet: 2 });
});

test('the same id with another content is said aloud, and nothing of that batch is written', async () => {
  const made = tap();
  await log.append([made]);
  const forged = { ...made, body: made.body.replace('item.marked', 'item.not_seen') };
  await expect(log.append([tap(), forged])).rejects.toMatchObject({ code: 'entry-id-taken' });
  expect(await log.counts()).toMatchObject({ on_tablet: 1 });
});

test('an append asks for strict durability over entries and numbering in one transaction', async () => {
  const begin = vi.spyOn(IDBDatabase.prototype, 'transaction');
  await log.append([tap()]);
  expect(begin.mock.calls).toEqual([[['entries', 'meta'], 'readwrite', { durability: 'strict' }]]);
});

test('an append resolves only after its transaction is complete', async () => {
  const seen: string[] = [];
  const begin = IDBDatabase.prototype.transaction;
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
    this: IDBDatabase,
    ...given: Parameters<IDBDatabase['transaction']>
  ) {
    const transaction = begin.apply(this, given);
    transaction.addEventListener('complete', () => seen.push('complete'));
    return transaction;
  });
  await log.append([tap()]);
  seen.push('dot');
  expect(seen).toEqual(['complete', 'dot']);
});

test('a handle that died is opened again and the tap is kept once', async () => {
  const begin = vi.spyOn(IDBDatabase.prototype, 'transaction');
  begin.mockImplementationOnce(() => {
    throw new DOMException('The database connection is closing.', 'InvalidStateError');
  });
  await log.append([tap()]);
  expect(await log.counts()).toMatchObject({ on_tablet: 1 });
});

test('a handle that dies twice is told, and the next tap tries anew', async () => {
  const dead = () => {
    throw new DOMException('Internal error', 'UnknownError');
  };
  const begin = vi.spyOn(IDBDatabase.prototype, 'transaction');
  begin.mockImplementationOnce(dead).mockImplementationOnce(dead);
  const failure = await log.append([tap()]).catch((cause) => cause);
  expect(failure).toBeInstanceOf(LogError);
  expect(failure.code).toBe('storage-unavailable');
  await log.append([tap()]);
  expect(await log.counts()).toMatchObject({ on_tablet: 1 });
});

test('a full tablet is told as such and shows no dot', async () => {
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementationOnce(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  await expect(log.append([tap()])).rejects.toMatchObject({ code: 'storage-full' });
  expect(await log.counts()).toMatchObject({ on_tablet: 0 });
  expect((await log.append([tap()]))[0]?.stream_seq).toBe(1);
});

test('a dot becomes a check up to the acknowledged mark, and what was set aside says why', async () => {
  const [, second, third] = await log.append(taps(3));
  const { stream_id } = await log.perform(readMark());
  const set_aside = [
    { stream_id, stream_seq: 2, entry_id: second?.entry.entry_id ?? '', code: 'x', text: 'Why.' },
  ];
  await log.perform(acknowledge({ stream_id, through: 2, hash: 'h2', set_aside }));
  const states = (await log.entriesOf(VISIT)).map((one) => one.state);
  expect(states).toEqual(['check', 'set_aside', 'dot']);
  expect((await log.setAside()).map((one) => one.set_aside)).toEqual([{ code: 'x', text: 'Why.' }]);
  expect(await log.counts()).toMatchObject({
    on_tablet: 1,
    sent: 2,
    set_aside: 1,
    oldest_unsent_at: new Date(Date.parse(third?.entry.entered_at ?? '')).toISOString(),
  });
  const { entries } = await log.perform(gatherEntries(stream_id, 3, 10));
  expect(entries.map((one) => one.stream_seq)).toEqual([3]);
});

test('an answer that comes late takes no check back; a server that was restored does', async () => {
  await log.append(taps(3));
  const { stream_id } = await log.perform(readMark());
  const given = { stream_id, hash: 'h', set_aside: [] };
  await log.perform(acknowledge({ ...given, through: 3 }));
  await log.perform(acknowledge({ ...given, through: 1 }));
  expect(await log.counts()).toMatchObject({ on_tablet: 0 });
  await log.perform(acknowledge({ ...given, through: 1, may_go_back: true }));
  expect(await log.counts()).toMatchObject({ on_tablet: 2, sent: 1 });
});

test('no check is given beyond the entries that there are, or for another stream', async () => {
  await log.append(taps(2));
  const { stream_id } = await log.perform(readMark());
  await log.perform(acknowledge({ stream_id, through: 3, hash: 'h', set_aside: [] }));
  await log.perform(acknowledge({ stream_id: 'another', through: 2, hash: 'h', set_aside: [] }));
  expect(await log.counts()).toMatchObject({ on_tablet: 2, sent: 0 });
});

test('it keeps the hash of each body beside it', async () => {
  const made = taps(3);
  await log.append(made);
  const { stream_id } = await log.perform(readMark());
  expect(await log.perform(readHashes(stream_id, 2, 3))).toEqual(
    made.slice(1).map((one) => hashBody(one.body)),
  );
});

const row = (id: string) => ({ what: 'row', room: 'class', id, row: { title: id } }) as const;
const foreign = (made = tap({ author_id: 'teacher', kind: 'feedback.replied' })) =>
  ({ what: 'entry', stream_id: 'hers', stream_seq: 1, body: made.body }) as const;

test('what the server hands out stands beside the own entries, once', async () => {
  const made = tap();
  await log.append([made]);
  const own_again = { ...foreign(made), stream_id: 'mine', stream_seq: 1 };
  await receive(log, { items: [foreign(), own_again, row('7b')], cursor: 'c1' });
  const entries = await log.entriesOf(VISIT);
  expect(entries.map((one) => [one.is_own, one.state])).toEqual([
    [true, 'dot'],
    [false, 'check'],
  ]);
  expect(await log.reference.get('class', '7b')).toEqual({ title: '7b' });
  expect(await log.reference.all('person')).toEqual([]);
  expect(await log.perform(readMeta('cursor'))).toBe('c1');
});

test('what this tablet sent and gets back is neither stored twice nor shown twice', async () => {
  const made = taps(2);
  await log.append(made);
  const { stream_id } = await log.perform(readMark());
  const back = made.map((one, at) => ({ ...foreign(one), stream_id, stream_seq: at + 1 }));
  await receive(log, { items: back, cursor: 'c1' });
  await receive(log, { items: [...back, row('7b')], cursor: 'c2', replaces_all: true });
  expect(await log.entriesOf(VISIT)).toHaveLength(2);
  expect((await log.subjects())[0]?.entry_count).toBe(2);
  const database = await openDB(`noticing-${PERSON}`);
  expect(await database.count('pulled')).toBe(0);
  database.close();
});

test('site data cleared under the open app: the next tap begins a stream of its own and is kept', async () => {
  await log.append(taps(3));
  const before = await log.perform(readMark());
  await deleteDB(`noticing-${PERSON}`);
  const [written] = await log.append([tap()]);
  expect(written?.stream_seq).toBe(1);
  expect(written?.stream_id).not.toBe(before.stream_id);
  expect(await log.counts()).toMatchObject({ on_tablet: 1, sent: 0 });
  expect(await log.perform(readMark())).toMatchObject({
    stream_id: written?.stream_id,
    last_seq: 1,
  });
});

test('a stream whose numbering was lost is not continued: the next tap begins another', async () => {
  await log.append(taps(2));
  const before = await log.perform(readMark());
  const database = await openDB(`noticing-${PERSON}`);
  await database.delete('meta', 'stream');
  database.close();
  const [written] = await log.append([tap()]);
  expect(written).toMatchObject({ stream_seq: 1 });
  expect(written?.stream_id).not.toBe(before.stream_id);
});

test('an entry that was set aside and is accepted later gets its plain check', async () => {
  const made = tap();
  await log.append([made]);
  const { stream_id } = await log.perform(readMark());
  const place = { stream_id, stream_seq: 1, entry_id: made.entry.entry_id };
  await log.perform(acknowledge({ stream_id, through: 1, hash: 'h', set_aside: [] }));
  const set_aside = { what: 'set_aside', ...place, code: 'x', text: 'Why.' } as const;
  await receive(log, { items: [set_aside], cursor: 'c1' });
  expect((await log.setAside()).map((one) => one.set_aside?.text)).toEqual(['Why.']);
  await receive(log, { items: [{ what: 'entry', ...place, body: made.body }], cursor: 'c2' });
  expect(await log.setAside()).toEqual([]);
  expect(await log.counts()).toMatchObject({ sent: 1, set_aside: 0 });
});

test('an answer that comes late does not set aside again what was accepted since', async () => {
  await log.append(taps(2));
  const { stream_id } = await log.perform(readMark());
  await log.perform(
    acknowledge({ stream_id, through: 2, hash: 'h', set_aside: [], receipt: '2.r' }),
  );
  const late = {
    stream_id,
    stream_seq: 2,
    entry_id: 'e',
    code: 'observation-unknown',
    text: 'Why.',
  };
  await log.perform(
    acknowledge({
      stream_id,
      through: 0,
      hash: 'h',
      set_aside: [late],
      sent: [2, 2],
      receipt: '0.r',
    }),
  );
  expect((await log.entriesOf(VISIT)).map((one) => one.state)).toEqual(['check', 'check']);
  expect((await log.perform(readStream(stream_id)))?.receipt).toBe('2.r');
});

test('what was set aside under its former number is amber under the one it has now', async () => {
  const made = tap();
  await log.append([made]);
  const { stream_id } = await log.perform(readMark());
  await log.perform(acknowledge({ stream_id, through: 1, hash: 'h', set_aside: [] }));
  const place = { stream_id: 'former', stream_seq: 7, entry_id: made.entry.entry_id };
  const item = { what: 'set_aside', ...place, code: 'x', text: 'Why.' } as const;
  await receive(log, { items: [item], cursor: 'c1', replaces_all: true });
  expect((await log.entriesOf(VISIT)).map((one) => one.state)).toEqual(['set_aside']);
});

test('what came from the server of a withdrawn observation leaves the tablet', async () => {
  await log.append([tap()]);
  await receive(log, { items: [foreign()], cursor: 'c1' });
  const withdrawn = { what: 'withdrawn', subject_kind: 'observation', subject_id: VISIT } as const;
  await receive(log, { items: [withdrawn], cursor: 'c2' });
  expect((await log.entriesOf(VISIT)).map((one) => one.is_own)).toEqual([true]);
});

test('starting over replaces what was pulled and nothing else', async () => {
  await log.append([tap()]);
  await receive(log, { items: [foreign(), row('7b')], cursor: 'c1' });
  await receive(log, { items: [row('7c')], cursor: 'n1', replaces_all: true });
  expect(await log.reference.all('class')).toEqual([{ title: '7c' }]);
  expect(await log.entriesOf(VISIT)).toHaveLength(1);
});

test('it summarises each visit', async () => {
  const elsewhere = tap({ subject_id: 'other-visit', kind: 'observation.started' });
  const made = [tap(), tap(), elsewhere];
  await log.append(made);
  const visits = await log.subjects();
  expect(visits).toHaveLength(2);
  expect(visits.find((one) => one.subject_id === VISIT)).toEqual({
    subject_kind: 'observation',
    subject_id: VISIT,
    kinds: { 'item.marked': 2 },
    entry_count: 2,
    first_entered_at: made[0]?.entry.entered_at,
    last_entered_at: made[1]?.entry.entered_at,
    dots: 2,
    set_aside: 0,
  });
});

test('a change is told in this tab and in the other', async () => {
  const other = await open();
  const told: [string, LogChange][] = [];
  log.subscribe((change) => told.push(['here', change]));
  other.subscribe((change) => told.push(['there', change]));
  await log.append([tap()]);
  await vi.waitFor(() => expect(told).toHaveLength(2));
  const change = { what: 'appended', subject_ids: [VISIT] };
  expect(told).toEqual([
    ['here', { ...change, from: 'here' }],
    ['there', { ...change, from: 'elsewhere' }],
  ]);
});

test('the tablet remembers who used it, most recent first', async () => {
  const account = { display_name: 'D', tenant_id: 't', tenant_name: 'T', roles: ['coach'] };
  await rememberAccount({ ...account, person_id: 'a', last_used_at: '2026-11-01T08:00:00.000Z' });
  await rememberAccount({ ...account, person_id: 'b', last_used_at: '2026-11-02T08:00:00.000Z' });
  expect((await rememberedAccounts()).map((one) => one.person_id)).toEqual(['b', 'a']);
  await forgetAccount('b');
  expect((await rememberedAccounts()).map((one) => one.person_id)).toEqual(['a']);
});

test('every store is there', async () => {
  const database = await openDB(`noticing-${PERSON}`);
  expect([...database.objectStoreNames]).toEqual(
    [
      'diagnostics',
      'entries',
      'meta',
      'photo_bytes',
      'photos',
      'pulled',
      'reference',
      'set_aside',
      'streams',
    ].sort(),
  );
  database.close();
});
