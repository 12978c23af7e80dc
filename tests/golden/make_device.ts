/**
 * Writes what this release's tablet keeps in IndexedDB: README.md says when and how to run it.
 *
 *     GOLDEN=FOLDER node_modules/.bin/vitest run --config tests/golden/vitest.config.ts
 */
import 'fake-indexeddb/auto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDB } from 'idb';
import { expect, test, vi } from 'vitest';
import { rememberAccount } from '../../pwa/src/log/accounts.ts';
import type { LoggedEntry } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { startSync } from '../../pwa/src/sync/sync.ts';
import { SyncServer } from '../pwa/sync_server.ts';
import { PERSON, tap, VISIT } from '../pwa/tablet.ts';

const FOLDER = process.env.GOLDEN ?? '';
const SECOND_VISIT = '0190b000-0000-7000-8000-0000000000e2';
const ACCOUNT = {
  person_id: PERSON,
  display_name: 'Coach Lee',
  tenant_id: 't',
  tenant_name: 'Riverside',
  roles: ['coach'],
};

test('a morning that was sent, and an afternoon that was not', async () => {
  const server = new SyncServer();
  server.signed_in = PERSON;
  server.set_aside_kinds = ['weather.felt'];
  server.changes[''] = { cursor: 'end', items: pulled() };
  await goThrough(await server.start());
  makeKeysThatCanBeWritten();

  await rememberAccount({ ...ACCOUNT, last_used_at: '2026-11-12T08:00:00.000Z' });
  const log = await openLog(PERSON);
  await log.append([started(VISIT), tap(), said('What could we draw? 🌱 ¿Por qué?'), tap()]);
  await log.append([tap({ kind: 'weather.felt', item_key: null, payload: { degrees: 21.5 } })]);
  const sync = startSync(log, { ...ACCOUNT, csrf_token: null });
  await vi.waitFor(
    () => expect(sync.status.value).toMatchObject({ sent: 5, on_tablet: 0, network: 'online', is_sending: false }),
    { timeout: 8_000 },
  );
  sync.stop();
  server.stop();
  await log.append([started(SECOND_VISIT), ...Array.from({ length: 40 }, () => tap({ subject_id: SECOND_VISIT }))]);
  await log.append([said('Why?')]);

  const seen = {
    counts: await log.counts(),
    visits: Object.fromEntries(
      await Promise.all(
        [VISIT, SECOND_VISIT].map(async (id) => [id, (await log.entriesOf(id)).map(inShort)]),
      ),
    ),
    set_aside: (await log.setAside()).map(inShort),
    classes: await log.reference.all('class'),
  };
  log.close();
  const databases = await Promise.all(['noticing', `noticing-${PERSON}`].map(readDatabase));
  mkdirSync(FOLDER, { recursive: true });
  const written = JSON.stringify({ person_id: PERSON, seen, databases }, null, 1);
  writeFileSync(join(FOLDER, 'device.json'), `${written}\n`);
});

function inShort({ stream_id, stream_seq, entry, state, is_own }: LoggedEntry) {
  return { stream_id, stream_seq, entry_id: entry.entry_id, state, is_own };
}

function started(subject_id: string) {
  const payload = { observed_id: 'rivera', class_id: 'c1', students_present: 22 };
  return tap({ subject_id, kind: 'observation.started', item_key: null, payload });
}

function said(text: string) {
  return tap({ kind: 'script.written', item_key: 'heard', payload: { text, speaker: 'T' } });
}

function pulled(): object[] {
  const reply = tap({ kind: 'feedback.replied', item_key: null, author_id: 'rivera' });
  return [
    { what: 'row', room: 'class', id: 'c1', row: { class_id: 'c1', title: '4B' } },
    { what: 'row', room: 'person', id: 'rivera', row: { display_name: 'Ms Rivera' } },
    { what: 'entry', stream_id: 'hers', stream_seq: 1, body: reply.body },
  ];
}

async function goThrough(base: string): Promise<void> {
  const ask = globalThis.fetch;
  globalThis.fetch = (url, options) => ask(new URL(String(url), base), options);
}

function makeKeysThatCanBeWritten(): void {
  const make = crypto.subtle.generateKey.bind(crypto.subtle);
  vi.spyOn(crypto.subtle, 'generateKey').mockImplementation(((
    kind: AlgorithmIdentifier,
    _can_be_read: boolean,
    uses: KeyUsage[],
  ) => make(kind, true, uses)) as typeof make);
}

async function readDatabase(name: string) {
  const database = await openDB(name);
  const stores = [];
  for (const store_name of database.objectStoreNames) {
    const store = database.transaction(store_name).store;
    const indexes = [...store.indexNames].map((each) => {
      const { keyPath, unique } = store.index(each);
      return { name: each, keyPath, unique };
    });
    const [keys, values] = [await store.getAllKeys(), await store.getAll()];
    const { keyPath, autoIncrement } = store;
    const rows = [];
    for (const [place, key] of keys.entries()) rows.push({ key, value: await write(values[place]) });
    stores.push({ name: store_name, keyPath, autoIncrement, indexes, rows });
  }
  const { version } = database;
  database.close();
  return { name, version, stores };
}

/** JSON has neither bytes nor keys: they are written as `{"$bytes": base64}` and `{"$private_key": JWK}`. */
async function write(value: unknown): Promise<unknown> {
  if (value instanceof CryptoKey) return { $private_key: await crypto.subtle.exportKey('jwk', value) };
  if (value instanceof ArrayBuffer) return { $bytes: Buffer.from(value).toString('base64') };
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return { $bytes: Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64') };
  }
  if (Array.isArray(value)) return Promise.all(value.map(write));
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value).map(async ([name, each]) => [name, await write(each)]);
  return Object.fromEntries(await Promise.all(fields));
}
