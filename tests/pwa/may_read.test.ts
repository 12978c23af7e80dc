import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { mayRead, renewReading } from '../../pwa/src/log/lease.ts';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { readMeta, writeMeta } from '../../pwa/src/log/meta.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import type { Session } from '../../pwa/src/sync/session.ts';
import { type SyncHandle, startSync } from '../../pwa/src/sync/sync.ts';
import { browserPorts } from '../../pwa/src/sync/world.ts';
import { SyncServer } from './sync_server.ts';
import { PERSON, receive, tap, VISIT } from './tablet.ts';

const COLLEAGUE = '0190b000-0000-7000-8000-0000000000d0';
const DAY_MS = 24 * 3_600_000;
const SESSION: Session = {
  person_id: PERSON,
  display_name: 'Coach Lee',
  tenant_id: 't',
  tenant_name: 'Riverbend',
  roles: ['coach'],
  csrf_token: null,
};

let log: DeviceLog;
let server: SyncServer;
let sync: SyncHandle | null = null;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  server = new SyncServer();
  server.signed_in = PERSON;
  log = await openLog(PERSON);
});

afterEach(async () => {
  vi.useRealTimers();
  sync?.stop();
  sync = null;
  server.stop();
  log.close();
  for (const { name } of await indexedDB.databases()) await deleteDB(name ?? '');
});

const shown = async () => (await log.entriesOf(VISIT)).map((one) => one.is_own);

async function holdOwnAndReceived(): Promise<void> {
  await log.append([tap()]);
  const { body } = tap();
  const item = { what: 'entry' as const, stream_id: 'elsewhere', stream_seq: 1, body };
  await receive(log, { items: [item], cursor: 'c1' });
  await log.perform(renewReading());
}

test('what came from the server is not shown for longer than 14 days; what was made here is', async () => {
  await holdOwnAndReceived();
  expect(await shown()).toEqual([true, false]);
  vi.setSystemTime(Date.now() + 15 * DAY_MS);
  expect(await log.perform(mayRead())).toBe('lease');
  expect(await shown()).toEqual([true]);
  await log.append([tap()]);
  expect(await shown()).toEqual([true, true]);
  await log.perform(renewReading());
  expect(await shown()).toEqual([true, true, false]);
});

test('a clock that is set back does not bring it back', async () => {
  await holdOwnAndReceived();
  const began = Date.now();
  vi.setSystemTime(began + 15 * DAY_MS);
  await log.perform(mayRead());
  vi.setSystemTime(began + DAY_MS);
  expect(await shown()).toEqual([true]);
});

test('a tablet that never received anything is told nothing of a lease', async () => {
  expect(await log.perform(mayRead())).toBe('open');
});

test('every answer to a session renews it', async () => {
  const ports = { ...browserPorts, base: await server.start() };
  await log.perform(writeMeta('lease', { last_authorised_at: 0, highest_wall_ms: 0 }));
  expect(await log.perform(mayRead())).toBe('lease');
  sync = startSync(log, SESSION, ports);
  await vi.waitFor(async () => expect(await log.perform(mayRead())).toBe('open'), 8_000);
});

test('the word of the stream alone does not: nobody has proved who she is', async () => {
  const ports = { ...browserPorts, base: await server.start() };
  sync = startSync(log, SESSION, ports);
  await vi.waitFor(() => expect(sync?.status.value.network).toBe('online'), 8_000);
  await log.perform(writeMeta('lease', { last_authorised_at: 0, highest_wall_ms: 0 }));
  server.signed_in = null;
  await log.append([tap()]);
  sync.nudge();
  await vi.waitFor(() => expect(sync?.status.value.network).toBe('sign-in'), 8_000);
  expect(server.bodies()).toHaveLength(1);
  expect(await log.perform(mayRead())).toBe('lease');
});

test('where nobody knew the PIN, a session that is there is ended before anything is fetched or enrolled', async () => {
  const ports = { ...browserPorts, base: await server.start() };
  await log.perform(writeMeta('password_first', true));
  await log.append([tap()]);
  sync = startSync(log, SESSION, ports);
  await vi.waitFor(() => expect(sync?.status.value.network).toBe('sign-in'), 8_000);
  expect(server.signed_in).toBeNull();
  expect(server.paths()).toEqual(['GET /api/v1/me', 'POST /sign-out', 'GET /api/v1/me']);

  server.signed_in = PERSON;
  sync.nudge();
  await vi.waitFor(() => expect(sync?.status.value.on_tablet).toBe(0), 8_000);
  expect(server.signed_in).toBe(PERSON);
});

test('it is not taken for ended while the server still answers to it', async () => {
  const ports = { ...browserPorts, base: await server.start() };
  server.fault = (path) => (path === '/sign-out' ? 'drop' : null);
  await log.perform(writeMeta('password_first', true));
  sync = startSync(log, SESSION, ports);
  await vi.waitFor(() => expect(server.paths()).toHaveLength(3), 8_000);
  expect(server.paths().some((path) => path.includes('changes'))).toBe(false);
  expect(await log.perform(readMeta('password_first'))).toBe(true);
});

test('a colleague who is signed in is not signed out for it, and nothing is sent in her name', async () => {
  const ports = { ...browserPorts, base: await server.start() };
  server.signed_in = COLLEAGUE;
  await log.perform(writeMeta('password_first', true));
  await log.append([tap()]);
  sync = startSync(log, SESSION, ports);
  await vi.waitFor(() => expect(sync?.status.value.attention?.code).toBe('other-person'), 8_000);
  expect(server.signed_in).toBe(COLLEAGUE);
  expect(server.paths().filter((path) => path.startsWith('POST'))).toEqual([]);
  expect(await log.perform(readMeta('password_first'))).toBe(true);
});

test('a new profile begins with that, too', async () => {
  const jwk = { kty: 'RSA', ...(await publicNumbers()) };
  await log.vault.sealTo({ key_id: 'k1', jwk });
  await log.perform(writeMeta('password_first', true));
  await log.vault.forgetReading();
  log.close();
  log = await openLog(PERSON);
  expect(log.profile).not.toBe(`noticing-${PERSON}`);
  expect(await log.perform(readMeta('password_first'))).toBe(true);
});

async function publicNumbers(): Promise<{ n: string; e: string }> {
  const shape = { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048 };
  const pair = await crypto.subtle.generateKey(
    { ...shape, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ['encrypt', 'decrypt'],
  );
  const { n = '', e = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  return { n, e };
}
