import 'fake-indexeddb/auto';
import { signal } from '@preact/signals';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import type { Session } from '../../pwa/src/sync/session.ts';
import type { SyncStatus } from '../../pwa/src/sync/status.ts';
import { openPrivacy, type Privacy } from '../../pwa/src/visits/privacy.ts';
import { asks_who, handOver } from '../../pwa/src/visits/workers.ts';
import type { Pending } from '../../pwa/src/visits/writing.ts';
import { SyncServer } from './sync_server.ts';
import { PERSON } from './tablet.ts';

const PIN = '273905';

let server: SyncServer;
let log: DeviceLog;
let privacy: Privacy;
let is_offline = false;
const nudge = vi.fn();
const status = signal<Partial<SyncStatus>>({ network: 'online', is_sending: false });

beforeEach(async () => {
  nudge.mockReset();
  server = new SyncServer();
  server.signed_in = PERSON;
  const base = await server.start();
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) =>
    is_offline ? Promise.reject(new TypeError('no network')) : fetch(base + path, init),
  );
  log = await openLog(PERSON);
  await log.vault.sealTo({ key_id: 'k1', jwk: await organisationKey() });
  expect(await log.vault.setPin(PIN)).toBe('set');
  await open();
});

afterEach(async () => {
  is_offline = false;
  asks_who.value = false;
  status.value = { network: 'online', is_sending: false };
  privacy.close();
  log.close();
  server.stop();
  vi.unstubAllGlobals();
  for (const { name } of await indexedDB.databases()) await deleteDB(name ?? '');
});

async function open(pending: readonly Pending[] = []): Promise<void> {
  const sync = { status, nudge } as unknown as Parameters<typeof openPrivacy>[1];
  privacy = await openPrivacy(log, sync, { pending: signal(pending) });
}

async function organisationKey(): Promise<JsonWebKey> {
  const shape = { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048 };
  const given = { ...shape, publicExponent: new Uint8Array([1, 0, 1]) };
  const pair = await crypto.subtle.generateKey(given, true, ['encrypt', 'decrypt']);
  return crypto.subtle.exportKey('jwk', pair.publicKey);
}

const pagesAre = (is_open: boolean) =>
  vi.waitFor(() => expect(server.has_pages_open).toBe(is_open), 8_000);

test('"Lock now" shuts the pages in this browser, and the PIN opens them', async () => {
  privacy.lockNow();
  await pagesAre(false);
  expect(privacy.state.value).toBe('locked');
  expect(server.signed_in).toBe(PERSON);
  expect(await privacy.unlock('111222')).toBe('wrong');
  expect(server.has_pages_open).toBe(false);
  expect(await privacy.unlock(PIN)).toBe('open');
  await pagesAre(true);
});

test('a lock that comes by itself shuts them, too', async () => {
  expect(await log.vault.lock()).toBe(true);
  await pagesAre(false);
  expect(await privacy.unlock(PIN)).toBe('open');
  await pagesAre(true);
});

test('so it does where the network comes only after the app was closed', async () => {
  is_offline = true;
  status.value = { network: 'offline', is_sending: false };
  expect(await log.vault.lock()).toBe(true);
  await vi.waitFor(() => expect(privacy.state.value).toBe('locked'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  privacy.close();
  await open();
  is_offline = false;
  status.value = { network: 'online', is_sending: false };
  await pagesAre(false);
});

test('without a network they are shut as soon as there is one', async () => {
  is_offline = true;
  status.value = { network: 'offline', is_sending: false };
  privacy.lockNow();
  await vi.waitFor(() => expect(privacy.state.value).toBe('locked'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  is_offline = false;
  status.value = { network: 'online', is_sending: false };
  await pagesAre(false);
});

test('also when the app was closed meanwhile, and is opened locked', async () => {
  is_offline = true;
  status.value = { network: 'offline', is_sending: false };
  privacy.lockNow();
  await vi.waitFor(() => expect(privacy.state.value).toBe('locked'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  privacy.close();
  log.close();
  log = await openLog(PERSON);
  await open();
  expect(privacy.state.value).toBe('locked');
  is_offline = false;
  status.value = { network: 'online', is_sending: false };
  await pagesAre(false);
});

test('somebody who is back before that finds them open', async () => {
  is_offline = true;
  privacy.lockNow();
  await vi.waitFor(() => expect(privacy.state.value).toBe('locked'));
  expect(await privacy.unlock(PIN)).toBe('open');
  is_offline = false;
  status.value = { network: 'online', is_sending: true };
  await vi.waitFor(() => expect(server.paths()).toContain('POST /pages/open'), 8_000);
  expect(server.has_pages_open).toBe(true);
});

test('a colleague’s pages stay as they are', async () => {
  server.signed_in = 'somebody-else';
  privacy.lockNow();
  await vi.waitFor(() => expect(server.paths()).toEqual(['GET /api/v1/me']), 8_000);
  await vi.waitFor(() => expect(privacy.state.value).toBe('locked'));
  expect(server.has_pages_open).toBe(true);
});

async function removePinElsewhere(): Promise<void> {
  const other = await openLog(PERSON);
  await other.vault.unlock(PIN);
  await other.vault.removePin();
  other.close();
}

const handedOver = () => handOver({ privacy, session: { person_id: PERSON } as Session });

test('handing over locks, and the PIN is enough when she is back', async () => {
  await handedOver();
  await pagesAre(false);
  expect(privacy.state.value).toBe('locked');
  expect(server.signed_in).toBe(PERSON);
});

test('where another tab removed the PIN meanwhile, handing over signs out', async () => {
  await removePinElsewhere();
  expect(privacy.has_pin.value).toBe(true);
  await handedOver();
  expect(asks_who.value).toBe(true);
  expect(server.signed_in).toBeNull();
});

test('where a mark on its way to the disk puts the lock off, handing over signs out', async () => {
  vi.stubGlobal('document', new EventTarget());
  privacy.close();
  await open([{} as Pending]);
  await handedOver();
  expect(privacy.state.value).toBe('open');
  expect(server.signed_in).toBeNull();
});

test('where the server cannot be asked either, the pages are shut as soon as it can', async () => {
  await removePinElsewhere();
  is_offline = true;
  status.value = { network: 'offline', is_sending: false };
  await handedOver();
  expect(server.signed_in).toBe(PERSON);
  is_offline = false;
  status.value = { network: 'online', is_sending: false };
  await pagesAre(false);
});
