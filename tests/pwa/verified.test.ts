import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readRows } from '../../pwa/src/log/deliver.ts';
import {
  dropUnreadable,
  forgettableThrough,
  forgetVerified,
  KEPT_AFTER_VERIFYING_MS,
} from '../../pwa/src/log/forget.ts';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { readMark, readStream } from '../../pwa/src/log/read.ts';
import type { StreamRow } from '../../pwa/src/log/stores.ts';
import type { NetReply, NetRequest } from '../../pwa/src/machine/effect.ts';
import { type Port, perform } from '../../pwa/src/machine/perform.ts';
import { beginConversation, type Conversation } from '../../pwa/src/sync/conversation.ts';
import type { Session } from '../../pwa/src/sync/session.ts';
import { startSync } from '../../pwa/src/sync/sync.ts';
import { verifyStream, verifyWhenDue } from '../../pwa/src/sync/verify.ts';
import { browserPorts, type Ports, syncPort } from '../../pwa/src/sync/world.ts';
import { SyncServer } from './sync_server.ts';
import { PERSON, tap, taps } from './tablet.ts';

const SESSION: Session = {
  person_id: PERSON,
  display_name: 'Coach Lee',
  tenant_id: 't',
  tenant_name: 'Riverbend',
  roles: ['coach'],
  csrf_token: null,
};
const NAME = `noticing-${PERSON}`;
const DAY_MS = 24 * 3_600_000;
const TODAY = Date.parse('2026-11-12T14:05:12.345Z');
const IN_A_MONTH = TODAY + KEPT_AFTER_VERIFYING_MS + DAY_MS;

let server: SyncServer;
let ports: Ports;
let port: Port;
let log: DeviceLog;

beforeEach(async () => {
  server = new SyncServer();
  server.signed_in = PERSON;
  ports = { ...browserPorts, base: await server.start() };
  log = await openLog(PERSON);
  port = syncPort(ports, log.port).port;
});

afterEach(async () => {
  server.stop();
  log.close();
  await deleteDB(NAME);
  await deleteDB('noticing');
});

/** Until the server has everything and has been asked whether it really has. */
async function deliver(): Promise<string> {
  const sync = startSync(log, SESSION, ports);
  await vi.waitFor(
    () =>
      expect(sync.status.value).toMatchObject({
        is_sending: false,
        on_tablet: 0,
        network: 'online',
      }),
    8_000,
  );
  sync.stop();
  return (await log.perform(readMark())).stream_id;
}

function talkAt(server_ms: number): Conversation {
  return Object.assign(beginConversation(SESSION), { server_ms, server_epoch: server.epoch });
}

/** One byte on the disk has changed. */
async function damage(stream_id: string, stream_seq: number): Promise<void> {
  const database = await openDB(NAME);
  const row = await database.get('entries', [stream_id, stream_seq]);
  row.body[20] ^= 0xff;
  await database.put('entries', row);
  database.close();
}

async function kept(stream_id: string): Promise<boolean[]> {
  return (await log.perform(readRows(stream_id, 1, 9))).map((row) => row.body !== null);
}

const finished = () => tap({ kind: 'observation.finished', item_key: null });

test('a visit leaves when it is finished and was verified a month ago', async () => {
  await log.append([...taps(2), finished()]);
  const stream_id = await deliver();
  await log.perform(forgetVerified(TODAY + DAY_MS, server.epoch));
  expect(await kept(stream_id)).toEqual([true, true, true]);
  await log.perform(forgetVerified(IN_A_MONTH, server.epoch));
  expect(await kept(stream_id)).toEqual([false, false, false]);
});

test('a visit that nobody finished does not leave because one of its marks cannot be read', async () => {
  await log.append(taps(3));
  const stream_id = await deliver();
  await damage(stream_id, 1);
  await log.perform(forgetVerified(IN_A_MONTH, server.epoch));
  expect(await kept(stream_id)).toEqual([true, true, true]);
  await log.perform(dropUnreadable(await log.perform(readRows(stream_id, 1, 1))));
  await log.perform(forgetVerified(IN_A_MONTH, server.epoch));
  expect(await kept(stream_id)).toEqual([false, true, true]);
});

test('what was verified a month ago may leave, however often it was verified since', async () => {
  await log.append([...taps(2), finished()]);
  const stream_id = await deliver();
  for (let hour = 1; hour <= 60; hour += 1) {
    const stream = (await log.perform(readStream(stream_id))) as StreamRow;
    const talk = talkAt(TODAY + hour * 600_000);
    expect(await perform(verifyStream(talk, stream), port)).toBe(true);
  }
  const stream = (await log.perform(readStream(stream_id))) as StreamRow;
  expect(stream.verified_marks).toEqual([{ through: 3, server_ms: TODAY }]);
  expect(forgettableThrough(stream, TODAY + KEPT_AFTER_VERIFYING_MS, server.epoch)).toBe(3);
});

/** The server's word on everything of this stream is that it differs. */
function disagreeing(stream_id: string): { port: Port; asked: string[] } {
  const asked: string[] = [];
  const answer = async (request: NetRequest): Promise<NetReply> => {
    const reply = (await port({ port: 'network', request })) as NetReply;
    if (!request.path.endsWith('/verify')) return reply;
    const whose = String(request.headers['Noticing-Stream']);
    asked.push(whose);
    if (whose !== stream_id || reply.kind === 'none') return reply;
    return { ...reply, text: reply.text.replaceAll('"agrees":true', '"agrees":false') };
  };
  return {
    asked,
    port: (effect) => (effect.port === 'network' ? answer(effect.request) : port(effect)),
  };
}

test('a stream whose marks the server has otherwise does not make the others be read every time', async () => {
  await log.append(taps(2));
  const former = await deliver();
  const database = await openDB(NAME);
  await database.delete('meta', 'stream');
  database.close();
  await log.append(taps(2));
  const present = await deliver();
  expect(present).not.toBe(former);
  const { port: doubting, asked } = disagreeing(former);
  for (const minutes of [0, 5, 10]) {
    const talk = talkAt(TODAY + 2 * DAY_MS + minutes * 60_000);
    await perform(verifyWhenDue(talk), doubting);
    expect(talk.attention?.code).toBe('not-verified');
  }
  expect(asked.filter((one) => one === present)).toHaveLength(1);
  expect(asked.filter((one) => one === former).length).toBeGreaterThanOrEqual(3);
});
