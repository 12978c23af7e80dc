import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EntryDraft, MadeEntry } from '../../pwa/src/entry/entry.ts';
import { asideWithoutWords } from '../../pwa/src/log/aside.ts';
import { acknowledge, gatherEntries } from '../../pwa/src/log/deliver.ts';
import type { DeviceLog, ReceivedItem } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import { is_withdrawn } from '../../pwa/src/log/withdrawn.ts';
import { PERSON, receive, tap, VISIT } from './tablet.ts';

const OTHER = '0190b000-0000-7000-8000-0000000000e2';
let log: DeviceLog;

beforeEach(async () => {
  log = await openLog(PERSON);
});

afterEach(async () => {
  vi.useRealTimers();
  log.close();
  await deleteDB(`noticing-${PERSON}`);
});

const about = (what: 'granted' | 'withdrawn', subject_id = VISIT): ReceivedItem => ({
  ...{ what, subject_kind: 'observation', subject_id },
});

function handOut(...items: ReceivedItem[]): Promise<void> {
  return receive(log, { items, cursor: 'c' });
}

function visit(more: Partial<EntryDraft> = {}): MadeEntry[] {
  const whole = { item_key: null, ...more };
  return [
    tap({ kind: 'observation.started', ...whole }),
    tap(more),
    tap({ kind: 'observation.finished', ...whole }),
  ];
}

async function acknowledgeAll(through = 3, set_aside: readonly MadeEntry[] = []): Promise<void> {
  const { stream_id } = await log.perform(readMark());
  const told = set_aside.map(({ entry }) => ({
    ...{ stream_id, stream_seq: 2, entry_id: entry.entry_id, code: 'item-unknown', text: 'Why.' },
  }));
  await log.perform(acknowledge({ stream_id, through, hash: 'h', set_aside: told }));
}

async function ownBodies(): Promise<unknown[]> {
  const database = await openDB(`noticing-${PERSON}`);
  const rows = await database.getAll('entries');
  database.close();
  return rows.map((row) => row.body);
}

test('own entries of a withdrawn visit are shown nowhere and stay on the disk', async () => {
  await log.append([...visit(), ...visit({ subject_id: OTHER })]);
  await acknowledgeAll(6);
  const before = await ownBodies();
  await handOut(about('withdrawn'));
  expect(await log.entriesOf(VISIT)).toEqual([]);
  expect((await log.subjects()).map((one) => one.subject_id)).toEqual([OTHER]);
  expect(await log.entriesOf(OTHER)).toHaveLength(3);
  expect(await log.perform(is_withdrawn(VISIT))).toBe(true);
  expect(before).toHaveLength(6);
  expect(await ownBodies()).toEqual(before);
});

test('what of it was not sent is counted and delivered as before', async () => {
  const made = visit();
  await log.append(made);
  await handOut(about('withdrawn'));
  expect(await log.counts()).toMatchObject({
    on_tablet: 3,
    oldest_unsent_at: new Date(made[0]?.entry.entered_at as string).toISOString(),
  });
  const { stream_id } = await log.perform(readMark());
  const unsent = await log.perform(gatherEntries(stream_id, 1, 10));
  expect(JSON.stringify(unsent)).toContain(made[1]?.entry.entry_id);
});

test('a later grant shows it again', async () => {
  await log.append(visit());
  await handOut(about('withdrawn'));
  await handOut(about('granted'));
  expect(await log.entriesOf(VISIT)).toHaveLength(3);
  expect(await log.perform(is_withdrawn(VISIT))).toBe(false);
});

test('an entry of it that is handed out again shows it again', async () => {
  const made = visit();
  await log.append(made);
  await handOut(about('withdrawn'));
  const body = made[0]?.body as string;
  await handOut({ what: 'entry', stream_id: 's', stream_seq: 1, body });
  expect(await log.entriesOf(VISIT)).toHaveLength(3);
});

test('fetching everything anew hides what is withdrawn then, and nothing else', async () => {
  await log.append([...visit(), ...visit({ subject_id: OTHER })]);
  await handOut(about('withdrawn'));
  await receive(log, { items: [about('withdrawn', OTHER)], cursor: 'n', replaces_all: true });
  expect((await log.subjects()).map((one) => one.subject_id)).toEqual([VISIT]);
});

test('what is set aside of it is told without its words, as the server does', async () => {
  const made = visit();
  await log.append(made);
  await acknowledgeAll(3, [made[1] as MadeEntry]);
  expect(await log.setAside()).toHaveLength(1);
  await handOut(about('withdrawn'));
  expect(await log.setAside()).toEqual([]);
  expect((await log.counts()).set_aside).toBe(1);
  expect(await log.perform(asideWithoutWords())).toMatchObject([
    { code: 'item-unknown', text: 'Why.', is_own: true, is_withdrawn: true },
  ]);
});

test('a visit that is under way goes on: nobody is stopped in the classroom', async () => {
  const [started, mark] = visit();
  await log.append([started, mark] as MadeEntry[]);
  await handOut(about('withdrawn'));
  expect(await log.entriesOf(VISIT)).toHaveLength(2);
  expect(await log.subjects()).toHaveLength(1);
  expect(await log.perform(is_withdrawn(VISIT))).toBe(true);
  await log.append([tap()]);
  expect(await log.entriesOf(VISIT)).toHaveLength(3);
});

test('a visit that nobody finished is hidden when it was left half a day ago', async () => {
  const [started, mark] = visit();
  await log.append([started, mark] as MadeEntry[]);
  await handOut(about('withdrawn'));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 13 * 3_600_000 });
  expect(await log.entriesOf(VISIT)).toEqual([]);
  await log.append([tap()]);
  expect(await log.entriesOf(VISIT)).toHaveLength(3);
});
