import { afterEach, expect, test, vi } from 'vitest';
import type { Network } from '../../pwa/src/sync/status.ts';
import type { SyncHandle } from '../../pwa/src/sync/sync.ts';
import { begin, SESSION, server } from './with_server.ts';

let sync: SyncHandle;

afterEach(() => {
  vi.useRealTimers();
});

const cut = () => {
  server.fault = () => 'drop';
};

async function open(csrf_token: string | null, network: Network): Promise<string> {
  sync = begin({ ...SESSION, csrf_token });
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
