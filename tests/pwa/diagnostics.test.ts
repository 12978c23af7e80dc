import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Asked, Told } from '../../pwa/src/journal/asked.ts';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { note } from '../../pwa/src/log/meta.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { add, all, run } from '../../pwa/src/machine/ask.ts';
import { PrivateFiles, TabLocks } from './private_files.ts';
import { PERSON } from './tablet.ts';

let log: DeviceLog;

beforeEach(async () => {
  log = await openLog(PERSON);
});

afterEach(async () => {
  vi.unstubAllGlobals();
  log.close();
  await deleteDB(`noticing-${PERSON}`);
  await deleteDB('noticing');
});

/** As many notes as an earlier version left. */
function haveNotes(count: number): Promise<void> {
  return log.perform(
    run<void>({
      stores: ['diagnostics'],
      mode: 'readwrite',
      durability: 'relaxed',
      *work() {
        for (let at = 1; at <= count; at += 1) {
          yield* add('diagnostics', { at: '', code: 'old', text: `${at}` });
        }
      },
    }),
  );
}

async function texts(): Promise<string[]> {
  const rows = await log.perform(
    run({
      stores: ['diagnostics'],
      mode: 'readonly',
      durability: 'relaxed',
      work: () => all<{ text: string }>('diagnostics', null),
    }),
  );
  return rows.map((row) => row.text);
}

test('of what was noted the last five hundred stay', async () => {
  await haveNotes(700);
  await log.perform(note('not-verified', 'here'));
  const kept = await texts();
  expect([kept.length, kept[0], kept.at(-2), kept.at(-1)]).toEqual([500, '202', '700', 'here']);
  await log.perform(note('not-verified', 'there'));
  const next = await texts();
  expect([next.length, next[0], next.at(-1)]).toEqual([500, '203', 'there']);
});

test('the first note is kept, and so is the second', async () => {
  await log.perform(note('not-verified', 'one'));
  await log.perform(note('not-verified', 'two'));
  expect(await texts()).toEqual(['one', 'two']);
});

test('where the journal was damaged is noted', async () => {
  log.close();
  class DamagedJournal {
    onmessage: ((told: { data: Told }) => void) | null = null;
    async postMessage({ id, effect }: Partial<Asked>): Promise<void> {
      const damage = effect?.ask === 'read' ? { damage: ['a-file 0-131'] } : {};
      this.onmessage?.({ data: { id: id ?? 0, result: [], ...damage } });
    }
    terminate(): void {}
  }
  vi.stubGlobal('Worker', DamagedJournal);
  new PrivateFiles().stub({ locks: new TabLocks() });
  log = await openLog(PERSON);
  await vi.waitFor(async () => expect(await texts()).toContain('a-file 0-131'));
});
