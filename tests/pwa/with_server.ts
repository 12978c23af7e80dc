import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import type { Session } from '../../pwa/src/sync/session.ts';
import type { SyncStatus } from '../../pwa/src/sync/status.ts';
import { type SyncHandle, startSync } from '../../pwa/src/sync/sync.ts';
import { browserPorts, type Ports } from '../../pwa/src/sync/world.ts';
import { type Fault, SyncServer } from './sync_server.ts';
import { PERSON } from './tablet.ts';

// A tablet with a server that is up; whoever imports this has both anew for each test.

export const SESSION: Session = {
  person_id: PERSON,
  display_name: 'Dana Reyes',
  tenant_id: 't',
  tenant_name: 'Riverbend',
  roles: ['coach'],
  csrf_token: null,
};

export let server: SyncServer;
export let ports: Ports;
export let log: DeviceLog;
export let sync: SyncHandle | null = null;

beforeEach(async () => {
  server = new SyncServer();
  server.signed_in = PERSON;
  ports = { ...browserPorts, base: await server.start() };
  log = await openLog(PERSON);
});

afterEach(async () => {
  sync?.stop();
  sync = null;
  server.stop();
  log.close();
  await deleteDB(`noticing-${PERSON}`);
  await deleteDB('noticing');
});

export function begin(session: Session = SESSION): SyncHandle {
  sync?.stop();
  sync = startSync(log, session, ports);
  return sync;
}

export async function until(expected: Partial<SyncStatus>): Promise<void> {
  await vi.waitFor(
    () => expect(sync?.status.value).toMatchObject({ is_sending: false, ...expected }),
    { timeout: 12_000, interval: 20 },
  );
}

/** Faults in this order, one for each request that the path matches; then none. */
export function faults(path: string, ...planned: Fault[]): void {
  server.fault = (asked) => (asked.endsWith(path) ? (planned.shift() ?? null) : null);
}

/** A class, as the changes bring it. */
export const row = (id: string) => ({ what: 'row', room: 'class', id, row: { class_id: id } });
