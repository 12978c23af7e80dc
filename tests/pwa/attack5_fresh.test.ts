import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, expect, test, vi } from 'vitest';
import { beginFreshLog } from '../../pwa/src/log/fresh_log.ts';
afterEach(() => vi.unstubAllGlobals());
test('E what a crash in mid-filling left is gone after the next start, also where room is short', async () => {
  const left = await openDB('noticing-filling', 1, { upgrade: (made) => { made.createObjectStore('filling', { autoIncrement: true }); } });
  left.close();
  vi.stubGlobal('navigator', {
    userAgentData: { brands: [{ brand: 'Chromium' }] },
    storage: { estimate: async () => ({ usage: 99e6, quota: 150e6 }) },
  });
  await beginFreshLog();
  expect((await indexedDB.databases()).map((one) => one.name)).not.toContain('noticing-filling');
});
