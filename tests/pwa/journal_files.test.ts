import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JournalFiles } from '../../pwa/src/journal/files.ts';
import { trimJournal } from '../../pwa/src/log/forget.ts';
import type { JournalRecord } from '../../pwa/src/machine/effect.ts';
import { perform } from '../../pwa/src/machine/perform.ts';
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

test('the marks of an earlier page life are read, and its file goes when all of them may', async () => {
  const earlier = await JournalFiles.open(PERSON);
  await earlier.append([record('one'), record('two')]);
  disk.endPage();
  const journal = await JournalFiles.open(PERSON);
  await journal.drop(['one']);
  expect(await readAnew()).toEqual(['one', 'two']);
  await journal.drop(['two']);
  expect(disk.files(FOLDER)).toEqual([]);
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

test('files of earlier page lives in which there is nothing go at the daily look', async () => {
  disk.put(FOLDER, 'earlier', new Uint8Array());
  disk.put(FOLDER, 'earlier still', new Uint8Array());
  const journal = await JournalFiles.open(PERSON);
  await perform(trimJournal('epoch-1'), (effect) => {
    if (effect.port !== 'journal') throw new Error(`nothing asks for ${effect.port}`);
    return effect.ask === 'read' ? journal.read() : journal.drop([]);
  });
  expect(disk.files(FOLDER)).toEqual([]);
});

test('a mark whose file could not be made the first time is kept the next time', async () => {
  const journal = await JournalFiles.open(PERSON);
  const refusals = [new DOMException('not now', 'UnknownError')];
  disk.fault = (step) => (step === 'open' ? (refusals.shift() ?? null) : null);
  await expect(journal.append([record('one')])).rejects.toThrow('not now');
  await journal.append([record('one')]);
  expect((await journal.read()).map((one) => one.entry_id)).toEqual(['one']);
});

test('a journal whose folder could not be opened for the first mark takes the second', async () => {
  const told: { id: number; result?: unknown; failed?: string }[] = [];
  const page = {
    onmessage(_: { data: object }): void {},
    postMessage: (one: (typeof told)[number]) => void told.push(one),
  };
  vi.stubGlobal('self', page);
  await import('../../pwa/src/journal/worker.ts');
  const refusals = [new DOMException('not now', 'SecurityError')];
  disk.fault = (step) => (step === 'folder' ? (refusals.shift() ?? null) : null);
  const append = async (id: number) => {
    const effect = { port: 'journal', ask: 'append', records: [record(`${id}`)], is_awaited: true };
    page.onmessage({ data: { id, person_id: PERSON, effect } });
    await vi.waitFor(() => expect(told).toHaveLength(id));
  };
  await append(1);
  await append(2);
  expect(told.map((one) => one.result)).toEqual([undefined, true]);
  expect(told[0]?.failed).toContain('not now');
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
