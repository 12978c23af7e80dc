import { expect, test, vi } from 'vitest';
import { recordOf } from '../../pwa/src/log/append.ts';
import { readRows } from '../../pwa/src/log/deliver.ts';
import { LogError } from '../../pwa/src/log/error.ts';
import { EMPTY_HASH } from '../../pwa/src/log/hash.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import type { Effect } from '../../pwa/src/machine/effect.ts';
import { perform } from '../../pwa/src/machine/perform.ts';
import { beginConversation } from '../../pwa/src/sync/conversation.ts';
import { is_stalled } from '../../pwa/src/sync/status.ts';
import { takeAnswer } from '../../pwa/src/sync/taken.ts';
import type { Fault } from './sync_server.ts';
import { tap, taps, VISIT } from './tablet.ts';
import { begin, faults, log, SESSION, server, sync, until } from './with_server.ts';

test('what was tapped offline gets its check, byte for byte, in one request', async () => {
  const made = taps(200);
  await log.append(made);
  begin();
  await until({ on_tablet: 0, sent: 200, network: 'online', attention: null });
  expect(server.bodies()).toEqual(made.map((one) => one.body));
  expect(server.paths()).toEqual([
    'GET /api/v1/me',
    'POST /api/v1/sync/streams',
    'GET /api/v1/sync/hello',
    'POST /api/v1/sync/push',
    'GET /api/v1/sync/changes',
    'POST /api/v1/sync/verify',
  ]);
  expect((await log.entriesOf(VISIT)).every((one) => one.state === 'check')).toBe(true);
});

test('a tap goes by itself, without asking anything else', async () => {
  begin();
  await until({ network: 'online' });
  server.seen.length = 0;
  await log.append([tap()]);
  await vi.waitFor(() => expect(server.paths()).toEqual(['POST /api/v1/sync/push']), 3_000);
  await until({ on_tablet: 0, sent: 1 });
});

test('a push says where it begins and how the tablet clock stands', async () => {
  await log.append(taps(2));
  begin();
  await until({ sent: 2 });
  const { json } = server.seen.find((one) => one.path.endsWith('/push')) ?? {};
  const { stream_id } = await log.perform(readMark());
  expect(json).toMatchObject({
    stream_id,
    from_seq: 1,
    bodies: [{}, {}].map(() => expect.any(String)),
  });
  expect(Object.keys(json.clock)).toEqual([
    'device_wall',
    'device_elapsed_ms',
    'clock_session_id',
    'round_trip_ms',
    'server_time',
    'asked_wall',
    'asked_elapsed_ms',
  ]);
  expect(json.clock.round_trip_ms).toBeTypeOf('number');
});

const NO_ANSWERS: [string, Fault][] = [
  ['a captive portal', 'portal'],
  ['an answer with another nonce', 'wrong-nonce'],
  ['a redirect', 'redirect'],
  ['a connection that breaks', 'drop'],
];
test.each(NO_ANSWERS)('%s counts as offline and checks nothing', async (_, fault) => {
  await log.append([tap()]);
  server.fault = () => fault;
  begin();
  await until({ network: 'offline', on_tablet: 1, sent: 0, last_contact_at: null });
  server.fault = () => null;
  sync?.nudge();
  await until({ network: 'online', on_tablet: 0, sent: 1 });
});

test('an answer lost after the commit doubles nothing', async () => {
  faults('/push', 'drop-answer-after-commit');
  await log.append(taps(3));
  begin();
  await until({ sent: 3, network: 'online' });
  expect(server.bodies()).toHaveLength(3);
  // Asked at once, the server tells that all is there: it is not sent again.
  expect(server.paths().filter((path) => path.endsWith('/push'))).toHaveLength(1);
});

test('a server in trouble is tried again by itself', async () => {
  faults('/push', { status: 503 });
  await log.append([tap()]);
  begin();
  await until({ sent: 1, attention: null, network: 'online' });
});

test('a Problem is shown with its sentence, and nothing is deleted', async () => {
  server.fault = (path) => (/push|chunk/.test(path) ? { status: 403 } : null);
  await log.append([tap()]);
  begin();
  await until({ attention: { code: 'refused', text: 'Detail of fault.' }, on_tablet: 1 });
});

test('one entry that something on the way refuses goes in small pieces, and the rest goes on', async () => {
  const made = taps(5);
  const bad = made[2]?.entry.entry_id as string;
  server.fault = (path, { json }) =>
    path.endsWith('/push') && json.bodies.some((body: string) => body.includes(bad))
      ? { status: 403 }
      : null;
  await log.append(made);
  begin();
  await until({ sent: 5, on_tablet: 0, attention: null });
  expect(server.bodies()).toEqual(made.map((one) => one.body));
});

/** An entry of several pieces, each push of which something on the way refuses; gives what was sent of it. */
async function goInPieces(): Promise<() => number[]> {
  const payload = { text: 'Groups of four talked about the goal. '.repeat(700) };
  await log.append([tap({ kind: 'script.written', payload })]);
  begin();
  const sent = () => server.seen.filter((one) => one.path.endsWith('/chunk'));
  return () => sent().map((one) => one.json.offset);
}

test('a server that lost the first pieces of an entry gets them again', async () => {
  let has_lost = false;
  server.fault = (path, { json }) => {
    if (path.endsWith('/push')) return { status: 403 };
    if (path.endsWith('/chunk') && json.offset > 0 && !has_lost) {
      server.pieces = Buffer.alloc(0);
      has_lost = true;
      return { status: 200, body: { received_through: 0, push: null } };
    }
    return null;
  };
  const offsets = await goInPieces();
  await until({ sent: 1, on_tablet: 0, attention: null });
  expect(offsets().slice(0, 4)).toEqual([0, 8_192, 0, 8_192]);
  // In the same talk.
  expect(server.paths().filter((path) => path.endsWith('/hello'))).toHaveLength(1);
});

test('a server that takes no piece is asked again later, and not at once for ever', async () => {
  server.fault = (path) => {
    if (path.endsWith('/push')) return { status: 403 };
    return path.endsWith('/chunk')
      ? { status: 200, body: { received_through: 0, push: null } }
      : null;
  };
  const offsets = await goInPieces();
  await until({ on_tablet: 1, attention: { code: 'server-trouble', text: null } });
  expect(offsets()).toEqual([0, 0]);
});

test('too much at once is halved until it fits, and grows again', async () => {
  server.fault = (path, { json }) =>
    path.endsWith('/push') && json.bodies.length > 60 ? { status: 413 } : null;
  await log.append(taps(250));
  begin();
  await until({ sent: 250 });
  const sizes = server.seen.filter((one) => one.json?.bodies).map((one) => one.json.bodies.length);
  expect(sizes.slice(0, 7)).toEqual([250, 125, 62, 31, 39, 49, 62]);
  expect(server.bodies()).toHaveLength(250);
});

test('a push stays within the size that the server names', async () => {
  server.limits = { max_entries: 40, max_bytes: 4_096 };
  await log.append(taps(100));
  begin();
  await until({ sent: 100 });
  const pushes = server.seen.filter((one) => one.path.endsWith('/push'));
  expect(Math.max(...pushes.map((one) => one.bytes))).toBeLessThanOrEqual(4_096);
  expect(Math.max(...pushes.map((one) => one.json.bodies.length))).toBeLessThanOrEqual(40);
});

test('what is set aside is checked, counted and says why', async () => {
  server.set_aside_kinds = ['moon.phase'];
  await log.append([tap(), tap({ kind: 'moon.phase' }), tap()]);
  begin();
  await until({ sent: 3, on_tablet: 0, set_aside: 1 });
  const [shown] = await log.setAside();
  expect(shown?.entry.kind).toBe('moon.phase');
  expect(shown?.set_aside).toEqual({ code: 'kind-unknown', text: 'Not known here.' });
});

test('a server that was restored from yesterday is given everything again', async () => {
  await log.append(taps(5));
  begin();
  await until({ sent: 5 });
  const { stream_id } = await log.perform(readMark());
  for (const seq of [4, 5]) server.streams.get(stream_id)?.bodies.delete(seq);
  server.epoch = 'epoch-2';
  begin();
  await until({ sent: 5, on_tablet: 0, network: 'online' });
  expect(server.bodies()).toHaveLength(5);
  const pushed = server.seen.filter((one) => one.path.endsWith('/push'));
  expect(pushed.at(-1)?.json).toMatchObject({ from_seq: 4 });
});

test('a server restored while the app runs is noticed at the next push', async () => {
  await log.append(taps(3));
  begin();
  await until({ sent: 3 });
  server.streams.get((await log.perform(readMark())).stream_id)?.bodies.clear();
  await log.append([tap()]);
  await until({ sent: 4, on_tablet: 0, attention: null });
  expect(server.bodies()).toHaveLength(4);
});

test('a server that forgot the tablet altogether learns it again', async () => {
  await log.append(taps(2));
  begin();
  await until({ sent: 2 });
  server.streams.clear();
  begin();
  await vi.waitFor(() => expect(server.bodies()).toHaveLength(2), 5_000);
  await until({ sent: 2, on_tablet: 0, network: 'online', attention: null });
});

test('a storage that fails while sending is not said to be a missing network', async () => {
  begin();
  await until({ network: 'online' });
  const answer = log.port;
  let is_broken = true;
  Object.assign(log, {
    port: (effect: Effect) => {
      if (is_broken && effect.port === 'store') throw new LogError('storage-unavailable');
      return answer(effect);
    },
  });
  begin();
  await until({ attention: { code: 'storage', text: null } });
  is_broken = false;
  sync?.nudge();
  await until({ network: 'online', attention: null });
});

test('a lock that cannot be had does not end the sending for ever', async () => {
  const locks = { request: () => Promise.reject(new TypeError('no locks here')) };
  vi.stubGlobal('navigator', { locks });
  await log.append([tap()]);
  begin();
  await until({ attention: { code: 'failed', text: null }, on_tablet: 1 });
  vi.unstubAllGlobals();
  sync?.nudge();
  await until({ on_tablet: 0, attention: null });
});

test('a log that takes nothing more from its journal still delivers what it has', async () => {
  await log.append(taps(2));
  const [kept] = await log.vault.seal([tap().body]);
  const [made] = taps(1) as [ReturnType<typeof tap>];
  const record = recordOf(made, kept as Uint8Array<ArrayBuffer>);
  const answer = log.port;
  const port: typeof answer = (effect) =>
    effect.port === 'journal' && effect.ask === 'read' ? [record] : answer(effect);
  Object.assign(log, { port });
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  begin();
  await until({ sent: 2, on_tablet: 0, attention: { code: 'storage', text: null } });
  vi.restoreAllMocks();
});

test.each([
  ['locked', false, 'locked'],
  ['unencrypted', false, 'locked'],
  ['ended', true, undefined],
] as const)(
  'what the server cannot open is lost only where nobody here can: %s',
  async (state, is_lost, said) => {
    await log.append(taps(2));
    const stream = await log.perform(readMark());
    const sealed = await log.perform(readRows(stream.stream_id, 1, 2));
    const talk = beginConversation(SESSION);
    const mark = { acknowledged_through: 0, acknowledged_hash: EMPTY_HASH, set_aside: [] };
    const pushed = {
      ...{ ...mark, fork: null, changes_waiting: false, server_epoch: 'e' },
      unsealable: [1, 7],
    };
    const port: typeof log.port = (effect) =>
      effect.port === 'platform' && effect.ask === 'vault_state' ? state : log.port(effect);
    await perform(takeAnswer(talk, stream, pushed, { from_seq: 1, last_seq: 2, sealed }), port);
    expect(await log.entriesOf(VISIT)).toHaveLength(is_lost ? 1 : 2);
    expect(await log.perform(readRows(stream.stream_id, 1, 9))).toHaveLength(2);
    expect(talk.attention?.code).toBe(said);
  },
);

test('counts that cannot be read are not said to be the old ones', async () => {
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const counts = vi.spyOn(log, 'counts').mockRejectedValue(new LogError('storage-unavailable'));
  begin();
  await until({ counted: 'failed' });
  counts.mockRestore();
  sync?.nudge();
  await until({ counted: 'counted' });
  complaint.mockRestore();
});

test('a queue that waits for more than ten minutes while online is stalled', () => {
  const waiting = {
    ...{ on_tablet: 1, sent: 0, set_aside: 0, is_sending: false, attention: null },
    ...{ photos_waiting: 0, photo_bytes_waiting: 0 },
    oldest_unsent_at: '2026-11-12T09:00:00.000-05:00',
    network: 'online',
    since: '2026-11-12T14:00:00.000Z',
    last_contact_at: null,
    counted: 'counted',
    clock_behind_ms: null,
  } as const;
  const at = Date.parse(waiting.oldest_unsent_at) + 10 * 60_000;
  expect(is_stalled(waiting, at)).toBe(false);
  expect(is_stalled(waiting, at + 1)).toBe(true);
  expect(is_stalled({ ...waiting, network: 'offline' }, at + 1)).toBe(false);
  const begun = { ...waiting, is_sending: true };
  expect(is_stalled({ ...begun, since: new Date(at).toISOString() }, at + 1)).toBe(false);
  expect(is_stalled(begun, at + 1)).toBe(true);
});
