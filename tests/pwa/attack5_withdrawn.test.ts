import 'fake-indexeddb/auto';
import { expect, test, vi } from 'vitest';
import { put, run } from '../../pwa/src/machine/ask.ts';
import { acknowledge } from '../../pwa/src/log/deliver.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import { PERSON, receive, tap, VISIT } from './tablet.ts';
import { begin, log, server, sync, until } from './with_server.ts';

const visit = () => [
  tap({ kind: 'observation.started', item_key: null }),
  tap(),
  tap({ kind: 'observation.finished', item_key: null }),
];
const about = (what: 'withdrawn' | 'granted') => ({ what, subject_kind: 'observation', subject_id: VISIT }) as const;

/** What the version before does with a page: all but the note of what is withdrawn. */
async function olderBuildKeeps(cursor: string) {
  await log.perform(run({ stores: ['meta'], mode: 'readwrite', durability: 'relaxed', work: () => put('meta', cursor, 'cursor') }));
}

test('D1 withdrawn while the older build was in use: hidden by the new one', async () => {
  await log.append(visit());
  await receive(log, { items: [], cursor: 'c1' });       // new build, nothing withdrawn
  await olderBuildKeeps('c2');                             // older build: reset + withdrawn(VISIT), not noted
  // server: from the beginning tells it; from c2 there is no news
  server.changes = {
    '': { server_epoch: 'epoch-1', cursor: 'c3', more: false, reset: false, items: [about('withdrawn')] },
    c2: { server_epoch: 'epoch-1', cursor: 'c2', more: false, reset: false, items: [] },
    c3: { server_epoch: 'epoch-1', cursor: 'c3', more: false, reset: false, items: [] },
  };
  begin();
  await until({ on_tablet: 0 });
  await new Promise((go) => setTimeout(go, 300));
  console.log(server.paths().filter((p) => p.includes('changes')), (await log.entriesOf(VISIT)).length);
  expect(await log.entriesOf(VISIT)).toEqual([]);
});

test('D2 given back while the older build was in use: shown by the new one', async () => {
  await log.append(visit());
  await receive(log, { items: [about('withdrawn')], cursor: 'c1' });
  await olderBuildKeeps('c2');
  server.changes = {
    '': { server_epoch: 'epoch-1', cursor: 'c3', more: false, reset: false, items: [] },
    c2: { server_epoch: 'epoch-1', cursor: 'c2', more: false, reset: false, items: [] },
    c3: { server_epoch: 'epoch-1', cursor: 'c3', more: false, reset: false, items: [] },
  };
  begin();
  await until({ on_tablet: 0 });
  await new Promise((go) => setTimeout(go, 300));
  expect(await log.entriesOf(VISIT)).toHaveLength(3);
});
