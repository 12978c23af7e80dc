import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JournalFiles } from '../../pwa/src/journal/files.ts';
import { writeRecords } from '../../pwa/src/journal/record.ts';
import type { JournalRecord } from '../../pwa/src/machine/effect.ts';
import { PrivateFiles } from './private_files.ts';
import { PERSON } from './tablet.ts';

const FOLDER = `noticing-journal-${PERSON}`;
let disk: PrivateFiles;

beforeEach(() => {
  disk = new PrivateFiles().stub();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

function record(entry_id: string): JournalRecord {
  return { entry_id, subject_id: 'visit', hash: '0'.repeat(64), body: 'a mark', at: 1 };
}

async function readAnew(): Promise<string[]> {
  return (await (await JournalFiles.open(PERSON)).read()).map((one) => one.entry_id);
}

test('a page life without a mark leaves no file behind', async () => {
  const journal = await JournalFiles.open(PERSON);
  await journal.read();
  await journal.drop([]);
  expect(disk.files(FOLDER)).toEqual([]);
  await journal.append([record('one')]);
  expect(disk.files(FOLDER)).toHaveLength(1);
});

test('the marks of an earlier page life are read, and its file is emptied when all of them may go', async () => {
  const earlier = await JournalFiles.open(PERSON);
  await earlier.append([record('one'), record('two')]);
  disk.endPage();
  const journal = await JournalFiles.open(PERSON);
  await journal.drop(['one']);
  expect(await readAnew()).toEqual(['one', 'two']);
  await journal.drop(['two']);
  expect(disk.sizes(FOLDER)).toEqual([0]);
});

test('a page life goes on with the file of an earlier one: a power cut may take new names', async () => {
  const earlier = await JournalFiles.open(PERSON);
  await earlier.append([record('one')]);
  disk.endPage();
  const journal = await JournalFiles.open(PERSON);
  await journal.append([record('two')]);
  expect(disk.files(FOLDER)).toHaveLength(1);
  expect(await journal.read()).toHaveLength(2);
  const beside = await JournalFiles.open(PERSON);
  await beside.append([record('three')]);
  disk.endPage();
  expect((await readAnew()).sort()).toEqual(['one', 'three', 'two']);
});

test('nothing is written into a file that is damaged, nor into a long one', async () => {
  await haveSpoilt(['one', 'two'], 20);
  const long = writeRecords([{ ...record('long'), body: 'x'.repeat(600_000) }]);
  disk.put(FOLDER, 'long', long);
  await (await JournalFiles.open(PERSON)).append([record('three')]);
  expect(disk.files(FOLDER)).toHaveLength(3);
});

test('a page life does not write behind a torn end', async () => {
  const whole = writeRecords([record('one')]);
  disk.put(FOLDER, 'torn', new Uint8Array([...whole, ...whole.subarray(0, 40)]));
  const journal = await JournalFiles.open(PERSON);
  await journal.append([record('two')]);
  expect(disk.sizes(FOLDER)).toEqual([2 * whole.length]);
  expect((await journal.read()).map((one) => one.entry_id)).toEqual(['one', 'two']);
  expect(journal.takeDamage()).toEqual([]);
});

test('what the journal has lost of the log is written again, and what it has is not', async () => {
  const journal = await JournalFiles.open(PERSON);
  await journal.append([record('one')]);
  expect(await journal.complete([record('one'), record('two')])).toBe(1);
  expect(await journal.complete([record('one'), record('two')])).toBe(0);
  expect(await journal.read(true)).toEqual([record('one')]);
  expect((await journal.read()).map((one) => one.entry_id)).toEqual(['one', 'two']);
});

test('a file that cannot be read now keeps nothing out of the journal', async () => {
  const earlier = await JournalFiles.open(PERSON);
  await earlier.append([record('one')]);
  disk.endPage();
  const journal = await JournalFiles.open(PERSON);
  const unread = [new DOMException('not now', 'NotReadableError')];
  disk.fault = (step) => (step === 'read' ? (unread.shift() ?? null) : null);
  expect(await journal.complete([record('two')])).toBe(1);
});

test('a second tab does not write again what the first may have', async () => {
  const first = await JournalFiles.open(PERSON);
  await first.append([record('one')]);
  const second = await JournalFiles.open(PERSON);
  expect(await second.complete([record('one')])).toBe(0);
});

test('a file that is open is emptied when its marks may go, and takes the next one', async () => {
  const journal = await JournalFiles.open(PERSON);
  await journal.append([record('one')]);
  await journal.drop(['one']);
  const [file] = disk.files(FOLDER) as [string];
  expect(disk.folders.get(FOLDER)?.get(file)).toHaveLength(0);
  await journal.append([record('two')]);
  expect((await journal.read()).map((one) => one.entry_id)).toEqual(['two']);
});

test('a mark whose file could not be made the first time is kept the next time', async () => {
  const journal = await JournalFiles.open(PERSON);
  const refusals = [new DOMException('not now', 'UnknownError')];
  disk.fault = (step) => (step === 'open' ? (refusals.shift() ?? null) : null);
  await expect(journal.append([record('one')])).rejects.toThrow('not now');
  await journal.append([record('one')]);
  expect((await journal.read()).map((one) => one.entry_id)).toEqual(['one']);
});

type Told = { id: number; result?: unknown; failed?: string; damage?: string[] };

/** The journal's worker; gives what it tells the page. */
async function beginWorker() {
  const told: Told[] = [];
  const page = {
    onmessage(_: { data: object }): void {},
    postMessage: (one: Told) => void told.push(one),
  };
  vi.stubGlobal('self', page);
  await import('../../pwa/src/journal/worker.ts');
  return async (effect: object): Promise<Told> => {
    const id = told.length + 1;
    page.onmessage({ data: { id, profile: PERSON, effect } });
    await vi.waitFor(() => expect(told).toHaveLength(id));
    return told[id - 1] as Told;
  };
}

test('a journal whose folder could not be opened for the first mark takes the second', async () => {
  const ask = await beginWorker();
  const refusals = [new DOMException('not now', 'SecurityError')];
  disk.fault = (step) => (step === 'folder' ? (refusals.shift() ?? null) : null);
  const effect = { port: 'journal', ask: 'append', records: [record('one')], is_awaited: true };
  const [first, second] = [await ask(effect), await ask(effect)];
  expect([first.result, second.result]).toEqual([undefined, true]);
  expect(first.failed).toContain('not now');
});

test('the page hears of damage with the first answer after it was found', async () => {
  await haveSpoilt(['one', 'two'], 20);
  const ask = await beginWorker();
  const read = { port: 'journal', ask: 'read' };
  expect((await ask(read)).damage).toHaveLength(1);
  expect(await ask(read)).not.toHaveProperty('damage');
});

test('only what the log may lack is looked at again: an earlier page life, and what the log refused', async () => {
  const earlier = await JournalFiles.open(PERSON);
  await earlier.append([record('earlier')]);
  disk.endPage();
  const journal = await JournalFiles.open(PERSON);
  const unsettled = async () => (await journal.read(true)).map((one) => one.entry_id);
  await journal.append([record('on its way')], false);
  expect(await unsettled()).toEqual(['earlier']);
  journal.settle(['earlier']);
  expect(await unsettled()).toEqual([]);
  await journal.append([record('on its way')], true);
  await journal.append([record('next')], false);
  expect(await unsettled()).toEqual(['on its way', 'on its way']);
  journal.settle(['on its way']);
  expect(await unsettled()).toEqual([]);
  journal.settle(null);
  expect((await unsettled()).sort()).toEqual(['earlier', 'next', 'on its way', 'on its way']);
});

test('where another tab has begun the log anew, what is open here is looked at again', async () => {
  const journal = await JournalFiles.open(PERSON);
  const unsettled = async (stream_id: string) => (await journal.read(true, stream_id)).length;
  expect(await unsettled('first')).toBe(0);
  await journal.append([record('one')], false);
  expect(await unsettled('first')).toBe(0);
  expect(await unsettled('second')).toBe(1);
  expect(await unsettled('second')).toBe(1);
  journal.settle(['one']);
  expect(await unsettled('second')).toBe(0);
});

/** The journal of an earlier page life in which one byte of the disk has changed. */
async function haveSpoilt(entry_ids: string[], at: number): Promise<void> {
  const earlier = await JournalFiles.open(PERSON);
  await earlier.append(entry_ids.map(record));
  disk.endPage();
  const [name] = disk.files(FOLDER) as [string];
  const bytes = disk.folders.get(FOLDER)?.get(name) as Uint8Array<ArrayBuffer>;
  bytes[at] = (bytes[at] as number) ^ 0xff;
}

test('behind a byte that has changed the marks are still read, and nothing is removed with them', async () => {
  await haveSpoilt(['one', 'two', 'three'], 20);
  const journal = await JournalFiles.open(PERSON);
  await journal.drop([]);
  expect((await journal.read()).map((one) => one.entry_id)).toEqual(['two', 'three']);
  expect(disk.files(FOLDER)).toHaveLength(1);
});

test('what cannot be read stays when everything beside it may go', async () => {
  await haveSpoilt(['one', 'two'], 20);
  const journal = await JournalFiles.open(PERSON);
  await journal.drop(['two']);
  expect(disk.files(FOLDER)).toHaveLength(1);
  disk.put(FOLDER, 'zeros', new Uint8Array(40));
  disk.put(FOLDER, 'torn', new Uint8Array([200, 0, 0, 0, 1, 2, 3, 4, 123, 34]));
  await journal.drop([]);
  expect(disk.sizes(FOLDER)).toEqual([expect.any(Number), 0, 0]);
  expect(disk.sizes(FOLDER)[0]).toBeGreaterThan(0);
});

test('an open file in which a byte has changed is not emptied', async () => {
  const journal = await JournalFiles.open(PERSON);
  await journal.append([record('one'), record('two')]);
  const [name] = disk.files(FOLDER) as [string];
  const bytes = disk.folders.get(FOLDER)?.get(name) as Uint8Array<ArrayBuffer>;
  bytes[20] = 0;
  await journal.drop(['two']);
  expect(disk.folders.get(FOLDER)?.get(name)).toHaveLength(bytes.length);
  await journal.append([record('three')]);
  expect((await journal.read()).map((one) => one.entry_id)).toEqual(['three']);
});

test('what is damaged is told once, by its place and without what it says', async () => {
  await haveSpoilt(['one', 'two'], 20);
  const [name] = disk.files(FOLDER) as [string];
  const journal = await JournalFiles.open(PERSON);
  await journal.read();
  const [told, ...more] = journal.takeDamage();
  expect(told).toMatch(new RegExp(`^${name} 0-[0-9]+$`));
  await journal.read();
  expect([...more, ...journal.takeDamage()]).toEqual([]);
});

test('a file that this once is not read stays, and the next look finds its marks', async () => {
  const earlier = await JournalFiles.open(PERSON);
  await earlier.append([record('one')]);
  disk.endPage();
  disk.put(FOLDER, 'another', writeRecords([record('two')]));
  const journal = await JournalFiles.open(PERSON);
  const seen = async () => (await journal.read(true)).map((one) => one.entry_id);
  const unread = [new DOMException('not now', 'NotReadableError')];
  disk.fault = (step) => (step === 'read' ? (unread.shift() ?? null) : null);
  expect(await seen()).toEqual(['two']);
  unread.push(new DOMException('not now', 'NotReadableError'));
  await journal.drop([]);
  expect(await seen()).toEqual(['one', 'two']);
});

test('a write that was cut short leaves nothing behind the next one', async () => {
  const journal = await JournalFiles.open(PERSON);
  await journal.append([record('one')]);
  disk.cuts_short = 150;
  await expect(journal.append([record('two'), record('three')])).rejects.toThrow('torn');
  disk.cuts_short = null;
  await journal.append([{ ...record('four'), body: '' }]);
  expect((await journal.read()).map((one) => one.entry_id)).toEqual(['one', 'four']);
  expect(journal.takeDamage()).toEqual([]);
});
