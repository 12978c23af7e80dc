import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import type { Network } from '../../pwa/src/sync/status.ts';
import { type SyncHandle, startSync } from '../../pwa/src/sync/sync.ts';
import { browserPorts, type Ports } from '../../pwa/src/sync/world.ts';
import { SyncServer } from './sync_server.ts';
import { PERSON } from './tablet.ts';

const SESSION = {
  ...{ person_id: PERSON, display_name: '', tenant_id: 't', tenant_name: '' },
  roles: ['coach'],
};

let server: SyncServer;
let ports: Ports;
let log: DeviceLog;
let sync: SyncHandle;

beforeEach(async () => {
  server = new SyncServer();
  server.signed_in = PERSON;
  ports = { ...browserPorts, base: await server.start() };
  log = await openLog(PERSON);
});

afterEach(async () => {
  vi.useRealTimers();
  sync.stop();
  server.stop();
  log.close();
  await deleteDB(`noticing-${PERSON}`);
});

const cut = () => {
  server.fault = () => 'drop';
};

async function open(csrf_token: string | null, network: Network): Promise<string> {
  sync = startSync(log, { ...SESSION, csrf_token }, ports);
  return hear(network);
}

async function hear(network: Network): Promise<string> {
  const asked = server.seen.length;
  sync.nudge();
  await vi.waitFor(() => {
    expect(server.seen.length).toBeGreaterThan(asked);
    expect(sync.status.value).toMatchObject({ is_sending: false, network });
  }, 8_000);
  return sync.status.value.since;
}

test('the first question that gets no answer ends "connected"', async () => {
  await open('token', 'online');
  cut();
  const since = await hear('offline');
  expect(Date.now() - Date.parse(since)).toBeLessThan(10_000);
});

test('where the app is opened anew without a network, it is missing since it went', async () => {
  await open('token', 'online');
  cut();
  const went = await hear('offline');
  sync.stop();
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + 4 * 60_000);
  expect(await open(null, 'offline')).toBe(went);
  expect(await hear('offline')).toBe(went);
});

test('a network in between begins that anew', async () => {
  await open('token', 'online');
  cut();
  const went = await hear('offline');
  server.fault = () => null;
  await hear('online');
  sync.stop();
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + 4 * 60_000);
  cut();
  const again = await open(null, 'offline');
  expect(Date.parse(again) - Date.parse(went)).toBeGreaterThan(200_000);
});
