import 'fake-indexeddb/auto';
import { expect, test, vi } from 'vitest';
import { put, run } from '../../pwa/src/machine/ask.ts';
import { receive, tap, VISIT } from './tablet.ts';
import { begin, log, server, until } from './with_server.ts';

const visit = () => [
  tap({ kind: 'observation.started', item_key: null }),
  tap(),
  tap({ kind: 'observation.finished', item_key: null }),
];
const about = (what: 'withdrawn' | 'granted') =>
  ({ what, subject_kind: 'observation', subject_id: VISIT }) as const;

/** What the version before does with a page: all but the note of what is withdrawn. */
async function earlierVersionKeeps(cursor: string) {
  await log.perform(
    run({
      stores: ['meta'],
      mode: 'readwrite',
      durability: 'relaxed',
      work: () => put('meta', cursor, 'cursor'),
    }),
  );
}

test('what was withdrawn while an earlier version was in use is hidden by this one', async () => {
  await log.append(visit());
  await receive(log, { items: [], cursor: 'c1' });
  await earlierVersionKeeps('c2'); // older build: reset + withdrawn(VISIT), not noted
  server.changes = {
    '': {
      server_epoch: 'epoch-1',
      cursor: 'c3',
      more: false,
      reset: false,
      items: [about('withdrawn')],
    },
    c2: { server_epoch: 'epoch-1', cursor: 'c2', more: false, reset: false, items: [] },
    c3: { server_epoch: 'epoch-1', cursor: 'c3', more: false, reset: false, items: [] },
  };
  begin();
  await until({ on_tablet: 0 });
  await vi.waitFor(async () => expect(await log.entriesOf(VISIT)).toEqual([]));
});

test('what was given back while an earlier version was in use is shown by this one', async () => {
  await log.append(visit());
  await receive(log, { items: [about('withdrawn')], cursor: 'c1' });
  await earlierVersionKeeps('c2');
  server.changes = {
    '': { server_epoch: 'epoch-1', cursor: 'c3', more: false, reset: false, items: [] },
    c2: { server_epoch: 'epoch-1', cursor: 'c2', more: false, reset: false, items: [] },
    c3: { server_epoch: 'epoch-1', cursor: 'c3', more: false, reset: false, items: [] },
  };
  begin();
  await until({ on_tablet: 0 });
  await vi.waitFor(async () => expect(await log.entriesOf(VISIT)).toHaveLength(3));
});
