/** What a released tablet kept is opened by today's app, shown as it was, and delivered without a loss. */
import 'fake-indexeddb/auto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { rememberedAccounts } from '../../pwa/src/log/accounts.ts';
import type { DeviceLog, LoggedEntry } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import { VERSION } from '../../pwa/src/log/stores.ts';
import { type SyncHandle, startSync } from '../../pwa/src/sync/sync.ts';
import { browserPorts } from '../../pwa/src/sync/world.ts';
import { SyncServer } from './sync_server.ts';
import { tap } from './tablet.ts';

interface Kept {
  readonly person_id: string;
  readonly seen: {
    readonly counts: {
      readonly on_tablet: number;
      readonly sent: number;
      oldest_unsent_at: string;
    };
    readonly visits: Record<string, object[]>;
    readonly set_aside: object[];
    readonly classes: object[];
  };
  readonly databases: readonly KeptDatabase[];
}

interface KeptDatabase {
  readonly name: string;
  readonly version: number;
  readonly stores: readonly KeptStore[];
}

interface KeptStore {
  readonly name: string;
  readonly keyPath: string | string[] | null;
  readonly autoIncrement: boolean;
  readonly indexes: readonly { name: string; keyPath: string | string[]; unique: boolean }[];
  readonly rows: readonly { key: IDBValidKey; value: unknown }[];
}

interface Row {
  readonly stream_id: string;
  readonly stream_seq: number;
  readonly body: string;
}

const FOLDER = new URL('../golden/', import.meta.url);
const RELEASES = readdirSync(FOLDER).filter((name) =>
  existsSync(new URL(`${name}/device.json`, FOLDER)),
);
const ROLE = { display_name: 'Coach Lee', tenant_id: 't', tenant_name: 'Riverside' };

let kept: Kept;
let server: SyncServer;
let base: string;
let log: DeviceLog | null = null;
let sync: SyncHandle | null = null;

beforeEach(async () => {
  server = new SyncServer();
  server.set_aside_kinds = ['weather.felt'];
  base = await server.start();
});

afterEach(async () => {
  sync?.stop();
  log?.close();
  server.stop();
  for (const { name } of kept.databases) await deleteDB(name);
});

test.each(RELEASES)('%s: every entry is there and stands as it stood', async (release) => {
  await putBack(release);
  log = await openLog(kept.person_id);
  for (const [visit, entries] of Object.entries(kept.seen.visits)) {
    expect((await log.entriesOf(visit)).map(inShort)).toEqual(entries);
  }
  const bodies = await Promise.all(Object.keys(kept.seen.visits).map((id) => log?.entriesOf(id)));
  const shown = bodies.flatMap((each) => each?.filter((one) => one.is_own).map((one) => one.body));
  expect(shown.sort()).toEqual(
    ownRows()
      .map((row) => row.body)
      .sort(),
  );
  expect((await log.setAside()).map(inShort)).toEqual(kept.seen.set_aside);
  expect(await log.reference.all('class')).toEqual(kept.seen.classes);
  const oldest_unsent_at = new Date(kept.seen.counts.oldest_unsent_at).toISOString();
  expect(await log.counts()).toMatchObject({ ...kept.seen.counts, oldest_unsent_at });
  expect((await rememberedAccounts()).map((one) => one.person_id)).toEqual([kept.person_id]);
});

test.each(RELEASES)('%s: what was not sent is delivered by the same stream', async (release) => {
  await putBack(release);
  const row = ownRows()[0] as Row;
  const sent = ownRows().slice(0, kept.seen.counts.sent);
  const { public_key } = await readKey();
  const there = new Map(sent.map((one) => [one.stream_seq, one.body]));
  server.streams.set(row.stream_id, { public_key, bodies: there });
  server.signed_in = kept.person_id;

  log = await openLog(kept.person_id);
  sync = startSync(
    log,
    { ...ROLE, person_id: kept.person_id, roles: ['coach'], csrf_token: null },
    { ...browserPorts, base },
  );
  const all = ownRows().length;
  await vi.waitFor(
    () =>
      expect(sync?.status.value).toMatchObject({
        ...{ on_tablet: 0, sent: all, attention: null },
        // A round that goes on would open the database again after this test.
        ...{ is_sending: false, network: 'online' },
      }),
    { timeout: 8_000 },
  );
  expect([...server.streams.keys()]).toEqual([row.stream_id]);
  expect(server.bodies()).toEqual(ownRows().map((one) => one.body));
});

test.each(RELEASES)('%s: the next tap goes on in the same numbering', async (release) => {
  await putBack(release);
  const last = ownRows().at(-1) as Row;
  log = await openLog(kept.person_id);
  const [next] = await log.append([tap({ author_id: kept.person_id })]);
  expect(next).toMatchObject({ stream_id: last.stream_id, stream_seq: last.stream_seq + 1 });
  expect(await log.perform(readMark())).toMatchObject({ last_seq: last.stream_seq + 1 });
  const database = await openDB(`noticing-${kept.person_id}`);
  expect(database.version).toBe(VERSION);
  database.close();
});

function inShort({ stream_id, stream_seq, entry, state, is_own }: LoggedEntry) {
  return { stream_id, stream_seq, entry_id: entry.entry_id, state, is_own };
}

function storeOf(name: string): KeptStore {
  const stores = kept.databases.flatMap((database) => database.stores);
  return stores.find((store) => store.name === name) as KeptStore;
}

function ownRows(): Row[] {
  return storeOf('entries').rows.map((row) => row.value as Row);
}

async function readKey(): Promise<{ public_key: JsonWebKey }> {
  const row = storeOf('meta').rows.find((one) => one.key === 'stream_key');
  return row?.value as { public_key: JsonWebKey };
}

/** The databases as the release left them: their version, stores, indexes and rows. */
async function putBack(release: string): Promise<void> {
  kept = JSON.parse(readFileSync(new URL(`${release}/device.json`, FOLDER), 'utf8'));
  for (const { name, version, stores } of kept.databases) {
    const database = await openDB(name, version, {
      upgrade(fresh) {
        for (const { name: store_name, keyPath, autoIncrement, indexes } of stores) {
          const store = fresh.createObjectStore(store_name, { keyPath, autoIncrement });
          for (const { name: index, keyPath: path, unique } of indexes)
            store.createIndex(index, path, { unique });
        }
      },
    });
    for (const { name: store, keyPath, rows } of stores) {
      for (const { key, value } of rows)
        await database.put(store, await read(value), keyPath === null ? key : undefined);
    }
    database.close();
  }
}

/** The other way round: what make_device.ts wrote for what JSON has not. */
async function read(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map(read));
  if (value === null || typeof value !== 'object') return value;
  if ('$bytes' in value) return new Uint8Array(Buffer.from(String(value.$bytes), 'base64')).buffer;
  if ('$private_key' in value) {
    const kind = { name: 'ECDSA', namedCurve: 'P-256' };
    return crypto.subtle.importKey('jwk', value.$private_key as JsonWebKey, kind, false, ['sign']);
  }
  const fields = Object.entries(value).map(async ([name, each]) => [name, await read(each)]);
  return Object.fromEntries(await Promise.all(fields));
}
