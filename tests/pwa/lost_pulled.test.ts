import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MadeEntry } from '../../pwa/src/entry/entry.ts';
import { acknowledge, gatherEntries, readRows } from '../../pwa/src/log/deliver.ts';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import type { OwnRow } from '../../pwa/src/log/stores.ts';
import { put, run } from '../../pwa/src/machine/ask.ts';
import { PERSON, receive, tap, taps } from './tablet.ts';

let log: DeviceLog;

beforeEach(async () => {
  log = await openLog(PERSON);
});

afterEach(async () => {
  log.close();
  await deleteDB(`noticing-${PERSON}`);
  await deleteDB('noticing');
});

/** The server has all of it, what lies here has become unreadable, and so it is given up here. */
async function giveUp(made: readonly MadeEntry[]): Promise<string> {
  await log.append(made);
  const { stream_id } = await log.perform(readMark());
  await log.perform(acknowledge({ stream_id, through: 2, hash: 'h', set_aside: [] }));
  const rows = await log.perform(readRows(stream_id, 1, 2));
  await log.perform(
    run<void>({
      stores: ['entries'],
      mode: 'readwrite',
      durability: 'strict',
      *work() {
        for (const row of rows) yield* put('entries', { ...row, body: null } satisfies OwnRow);
      },
    }),
  );
  return stream_id;
}

/** It was restored from before all of this. */
async function goBack(stream_id: string): Promise<void> {
  const mark = { stream_id, through: 0, hash: '0'.repeat(64), set_aside: [] };
  await log.perform(acknowledge({ ...mark, may_go_back: true }));
}

async function gathered(stream_id: string): Promise<string[]> {
  const { entries } = await log.perform(gatherEntries(stream_id, 1, 10));
  return entries.map((one) => one.body as string);
}

test('what was fetched again because it could not be read here is sent to a server that lost it', async () => {
  const made = taps(2);
  const stream_id = await giveUp(made);
  const items = made.map(({ body }, place) => {
    return { what: 'entry', stream_id, stream_seq: place + 1, body } as const;
  });
  await receive(log, { items, cursor: 'c1' });
  await goBack(stream_id);
  expect(await gathered(stream_id)).toEqual(made.map((one) => one.body));
});

test('what was fetched under the same id and says something else is not sent in its place', async () => {
  const made = taps(2);
  const [first, second] = made as [MadeEntry, MadeEntry];
  const stream_id = await giveUp(made);
  const entry_id = first.entry.entry_id;
  const other = JSON.stringify({ ...tap().entry, entry_id });
  const place = { what: 'entry', stream_id } as const;
  const items = [
    { ...place, stream_seq: 1, body: other },
    { ...place, stream_seq: 2, body: second.body },
  ];
  await receive(log, { items, cursor: 'c1' });
  await goBack(stream_id);
  const [sent, next] = await gathered(stream_id);
  expect(JSON.parse(sent as string)).toMatchObject({ lost: true, stream_seq: 1 });
  expect(next).toBe(second.body);
});
