import { expect, test, vi } from 'vitest';
import { EMPTY_HASH } from '../../pwa/src/log/hash.ts';
import { mayRead } from '../../pwa/src/log/lease.ts';
import type { SyncHandle } from '../../pwa/src/sync/sync.ts';
import type { Fault } from './sync_server.ts';
import { PERSON, receive, tap } from './tablet.ts';
import { begin, log, server } from './with_server.ts';

let sync: SyncHandle;

const NAMES = { person_id: PERSON, display_name: 'Ms Rivera', tenant_id: 't', tenant_name: 'T' };
const hello = {
  ...{ server_time: '2026-11-12T14:05:12.345Z', server_epoch: 'epoch-1', versions: [1] },
  ...{ limits: { max_entries: 1_000, max_bytes: 262_144 } },
  ...{ acknowledged_through: 0, acknowledged_hash: EMPTY_HASH, reading: 'ended' },
};

async function talk(roles: string[], answers: Record<string, object> = {}): Promise<void> {
  server.fault = (path): Fault | null => {
    const body = answers[path];
    return body ? { status: 200, body } : null;
  };
  sync = begin({ ...NAMES, roles, csrf_token: 'csrf-1' });
  sync.nudge();
  const well = { is_sending: false, network: 'online', attention: null, counted: 'counted' };
  await vi.waitFor(() => {
    expect(sync.status.value).toMatchObject(well);
    expect(sync.status.value.last_contact_at).not.toBeNull();
  }, 8_000);
}

const me = (...roles: string[]) => ({
  '/api/v1/me': { ...NAMES, roles, csrf_token: 'csrf-1' },
});

test('the browser of somebody who observes nothing becomes no tablet of the server’s', async () => {
  await talk(['teacher'], me('teacher'));
  expect(new Set(server.paths())).toEqual(new Set(['GET /api/v1/me']));
  expect(await log.perform(mayRead())).toBe('open');
});

test('what waits there goes out all the same', async () => {
  const made = tap();
  await log.append([made]);
  await talk(['teacher'], me('teacher'));
  await vi.waitFor(() => expect(server.bodies()).toEqual([made.body]), 8_000);
});

test('it becomes one when she was made a coach meanwhile', async () => {
  await talk(['teacher']);
  await vi.waitFor(() => expect(server.streams.size).toBe(1), 8_000);
});

test('whom the server never let read here is told of no end, and nothing is asked for that it would refuse', async () => {
  await talk([], { '/api/v1/sync/hello': hello });
  expect(server.streams.size).toBe(1);
  expect(await log.perform(mayRead())).toBe('open');
  expect(server.paths()).not.toContain('GET /api/v1/sync/changes');
});

test('whom it let read here before is told that it has ended', async () => {
  await receive(log, { items: [], cursor: 'c1' });
  await talk([], { '/api/v1/sync/hello': hello });
  expect(await log.perform(mayRead())).toBe('server');
});
