import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JournalFiles } from '../../pwa/src/journal/files.ts';
import { adoptJournal } from '../../pwa/src/log/append.ts';
import { completeJournal } from '../../pwa/src/log/complete_journal.ts';
import { acknowledge } from '../../pwa/src/log/deliver.ts';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import type { OwnRow } from '../../pwa/src/log/stores.ts';
import { all, put, run } from '../../pwa/src/machine/ask.ts';
import { perform } from '../../pwa/src/machine/perform.ts';
import { PrivateFiles, TabLocks } from './private_files.ts';
import { PERSON, tap, taps } from './tablet.ts';

// A power cut took the names of the journal's files. The browser's database comes back as it was, and may be thrown
// away at the next start.

let log: DeviceLog;
let disk: PrivateFiles;

beforeEach(async () => {
  disk = new PrivateFiles().stub({ locks: new TabLocks() });
  log = await openLog(PERSON);
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await loseLog();
});

async function loseLog(): Promise<void> {
  log.close();
  await deleteDB(`noticing-${PERSON}`);
  await deleteDB('noticing');
}

/** What the worker of one page life does. */
async function withJournal(script: Parameters<typeof perform<number>>[0]): Promise<number> {
  const files = await JournalFiles.open(PERSON);
  const done = await perform(script, (effect) => {
    if (effect.port !== 'journal') return log.port(effect);
    if (effect.ask === 'complete') return files.complete(effect.records);
    if (effect.ask === 'read') return files.read(effect.only_unsettled, effect.stream_id);
    return effect.ask === 'settle' ? files.settle(effect.entry_ids) : true;
  });
  disk.endPage();
  return done;
}

test('marks that only the log had come back from the journal where the log is lost after the next start', async () => {
  const made = taps(3);
  await log.append(made);
  expect(await withJournal(completeJournal())).toBe(3);
  expect(await withJournal(completeJournal())).toBe(0);
  await loseLog();
  log = await openLog(PERSON);
  expect(await withJournal(adoptJournal())).toBe(3);
  const found = await log.entriesOf(made[0]?.entry.subject_id as string);
  expect(found.map((one) => one.body)).toEqual(made.map((one) => one.body));
});

test('what the server has is not written again', async () => {
  await log.append(taps(3));
  const { stream_id } = await log.perform(readMark());
  await log.perform(acknowledge({ stream_id, through: 2, hash: 'h', set_aside: [] }));
  expect(await withJournal(completeJournal())).toBe(1);
});

test('a mark that the disk has changed is not written over what may be right', async () => {
  await log.append([tap(), tap()]);
  await log.perform(
    run<void>({
      stores: ['entries'],
      mode: 'readwrite',
      durability: 'strict',
      *work() {
        const [row] = yield* all<OwnRow>('entries', null);
        yield* put('entries', { ...(row as OwnRow), body: '{"spoilt": true}' });
      },
    }),
  );
  expect(await withJournal(completeJournal())).toBe(1);
});
