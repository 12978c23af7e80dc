import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, expect, test, vi } from 'vitest';
import { savedText } from '../../pwa/src/capture/said.ts';
import { piecesOf } from '../../pwa/src/home/waiting/pieces.ts';
import { lastFoundWhole } from '../../pwa/src/home/waiting/verified.ts';
import type { LoggedEntry } from '../../pwa/src/log/log.ts';
import { writeMeta, writeStream } from '../../pwa/src/log/meta.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import type { SyncStatus } from '../../pwa/src/sync/status.ts';
import { announce, said } from '../../pwa/src/ui/announcer.tsx';
import { route } from '../../pwa/src/ui/routes.ts';
import { networkText } from '../../pwa/src/ui/sync_words.ts';
import { summarizeVisit } from '../../pwa/src/visits/visits.ts';
import { madeEntry, startedEntry } from './screens_entries.ts';
import { PERSON, tap } from './tablet.ts';

afterEach(() => {
  vi.useRealTimers();
});

function dot(entry: LoggedEntry['entry']): LoggedEntry {
  return { stream_id: 's', stream_seq: 1, body: '', entry, state: 'dot', is_own: true };
}

test('marks are those that stand; what was taken back or replaced, corrections and drafts are named', () => {
  const [kept, gone] = [madeEntry(), madeEntry()];
  const rated = madeEntry({ kind: 'rating.given', item_key: 'r', payload: { level: 1 } });
  const entries = [
    startedEntry({}),
    kept,
    gone,
    rated,
    madeEntry({ ...rated, entry_id: 'again', replaces: [rated.entry_id] }),
    madeEntry({ kind: 'entry.retracted', payload: { entry_id: gone.entry_id, reason: '' } }),
    madeEntry({ kind: 'draft.written', item_key: null, payload: { field: 'step', value: 'x' } }),
    madeEntry({ kind: 'draft.written', item_key: null, payload: { field: 'step', value: 'xy' } }),
  ].map(dot);
  const visit = summarizeVisit(entries);
  expect(visit?.marks).toBe(2);
  expect(visit && piecesOf(visit)).toEqual([
    '2 marks',
    '2 marks taken back or replaced',
    '1 correction',
    '2 drafts',
    '1 other entry',
  ]);
});

test('nothing is said to have been found whole before something was looked at', async () => {
  const log = await openLog(PERSON);
  try {
    expect(await lastFoundWhole(log)).toBeNull();
    await log.append([tap()]);
    const server_ms = Date.parse('2026-11-12T14:00:00.000Z');
    const { stream_id } = await log.perform(readMark());
    const looked = (through: number, at: number) =>
      log.perform(writeStream(stream_id, { verified_marks: [{ through, server_ms: at }] }));
    await log.perform(writeMeta('verified_at', { server_ms, server_epoch: 'e' }));
    await looked(0, server_ms);
    expect(await lastFoundWhole(log)).toBeNull();
    await looked(1, server_ms + 1);
    expect(await lastFoundWhole(log)).toBeNull();
    await looked(1, server_ms);
    expect(await lastFoundWhole(log)).toBe('2026-11-12T14:00:00.000Z');
  } finally {
    log.close();
    await deleteDB(`noticing-${PERSON}`);
  }
});

test('a network that went on another day is said with the day', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(new Date('2026-11-12T15:00:00.000Z'));
  const since = (at: string) => networkText({ network: 'offline', since: at } as SyncStatus);
  expect(since('2026-11-12T14:05:00.000Z')).toMatch(/^no network since 2:05/);
  expect(since('2026-11-11T14:05:00.000Z')).toMatch(/^no network since yesterday, 2:05/);
});

test('a camera that was only opened is not said to be on the tablet', () => {
  const intended = madeEntry({ kind: 'photo.intended', item_key: 'work_shown' });
  expect(savedText(intended, null)).toBeNull();
  expect(savedText(madeEntry(), null)).toMatch(/^On this tablet: /);
});

test('what was said aloud is gone after a while, and on the next screen', () => {
  vi.useFakeTimers();
  announce('On this tablet: a mark');
  vi.advanceTimersByTime(1_000);
  expect(said.value).toBe('On this tablet: a mark');
  vi.advanceTimersByTime(10_000);
  expect(said.value).toBe('');
  announce('On this tablet: another');
  vi.advanceTimersByTime(1_000);
  expect(said.value).not.toBe('');
  route.value = { screen: 'waiting' };
  expect(said.value).toBe('');
  route.value = { screen: 'today' };
});
