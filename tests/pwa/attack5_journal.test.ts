import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JournalFiles } from '../../pwa/src/journal/files.ts';
import type { JournalRecord } from '../../pwa/src/machine/effect.ts';
import { PrivateFiles } from './private_files.ts';
import { PERSON } from './tablet.ts';
let disk: PrivateFiles;
beforeEach(() => { disk = new PrivateFiles().stub(); });
afterEach(() => vi.unstubAllGlobals());
const record = (entry_id: string): JournalRecord => ({ entry_id, subject_id: 'visit', hash: '0'.repeat(64), body: 'a mark', at: 1 });

test('F1 one file that cannot be read keeps the journal from being completed', async () => {
  const earlier = await JournalFiles.open(PERSON);
  await earlier.append([record('one')]);
  disk.endPage();
  disk.fault = (step) => (step === 'read' ? new DOMException('bad sector', 'NotReadableError') : null);
  const journal = await JournalFiles.open(PERSON);
  // the log holds one and two
  expect(await journal.complete([record('one'), record('two')])).toBeGreaterThan(0);
  disk.fault = () => null;
  disk.endPage();
  const found = (await (await JournalFiles.open(PERSON)).read()).map((one) => one.entry_id);
  expect(found).toContain('two');
});

test('F2 two tabs of a restored browser: both begin at once, names were lost, one file of another tab is there', async () => {
  const a = await JournalFiles.open(PERSON);
  await a.append([record('x')]); // a tab that is open, with the file it goes on with; it completed at ITS start
  const b = await JournalFiles.open(PERSON);
  expect(await b.complete([record('one'), record('two')])).toBeGreaterThan(0);
});
