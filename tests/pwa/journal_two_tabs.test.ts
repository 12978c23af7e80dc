import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, expect, test, vi } from 'vitest';
import { JournalFiles } from '../../pwa/src/journal/files.ts';
import { adoptJournal, appendEntries } from '../../pwa/src/log/append.ts';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { countOnlyInJournal } from '../../pwa/src/log/read.ts';
import { beginLog, ensureLog } from '../../pwa/src/log/streams.ts';
import { clear, remove, run } from '../../pwa/src/machine/ask.ts';
import { type Port, perform } from '../../pwa/src/machine/perform.ts';
import { PrivateFiles } from './private_files.ts';
import { PERSON, tap } from './tablet.ts';

let log: DeviceLog;

afterEach(async () => {
  vi.unstubAllGlobals();
  log.close();
  await deleteDB(`noticing-${PERSON}`);
  await deleteDB('noticing');
});

/** What a tab's worker does, on files that only this tab can read while it is there. */
async function openTab(): Promise<Port> {
  const files = await JournalFiles.open(PERSON);
  const port: Port = (effect) => {
    if (effect.port !== 'journal') return log.port(effect);
    if (effect.ask === 'append')
      return files.append(effect.records, effect.is_awaited).then(() => true);
    if (effect.ask === 'read') return files.read(effect.only_unsettled, effect.stream_id);
    if (effect.ask === 'complete') return files.complete(effect.records);
    return effect.ask === 'settle' ? files.settle(effect.entry_ids) : files.drop(effect.entry_ids);
  };
  await perform(adoptJournal(), port);
  return port;
}

test('the store is lost and another tab begins anew: the marks of this one come back from its journal', async () => {
  log = await openLog(PERSON);
  new PrivateFiles().stub();
  const [first, second] = [await openTab(), await openTab()];
  await perform(appendEntries([tap(), tap()]), first);
  expect(await perform(countOnlyInJournal(), first)).toBe(0);
  await perform(
    run<void>({
      stores: ['entries', 'meta', 'streams'],
      mode: 'readwrite',
      durability: 'strict',
      *work() {
        yield* clear('entries');
        yield* remove('meta', 'stream');
      },
    }),
    log.port,
  );
  await perform(beginLog(), second);
  expect(await perform(adoptJournal(), second)).toBe(0);
  await perform(ensureLog(), first);
  expect(await perform(countOnlyInJournal(), first)).toBe(2);
  expect(await perform(adoptJournal(), first)).toBe(2);
  expect((await log.counts()).on_tablet).toBe(2);
});
