import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Asked } from '../../pwa/src/journal/asked.ts';
import { JournalFiles } from '../../pwa/src/journal/files.ts';
import { writeInPlace } from '../../pwa/src/journal/small_file.ts';
import type { Writing } from '../../pwa/src/journal/small_file_worker.ts';
import { recordOf } from '../../pwa/src/log/append.ts';
import { openJournal } from '../../pwa/src/log/journal.ts';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { beginProfile } from '../../pwa/src/log/profiles.ts';
import type { Session } from '../../pwa/src/sync/session.ts';
import { type SyncHandle, startSync } from '../../pwa/src/sync/sync.ts';
import { browserPorts } from '../../pwa/src/sync/world.ts';
import { deliverForOthers, others } from '../../pwa/src/visits/others.ts';
import { PrivateFiles, TabLocks } from './private_files.ts';
import { SyncServer } from './sync_server.ts';
import { PERSON, tap, taps } from './tablet.ts';

const FIRST = '0190b000-0000-7000-8000-0000000000c1';
const SECOND = '0190b000-0000-7000-8000-0000000000c2';
const THIRD = '0190b000-0000-7000-8000-0000000000c3';
const NOBODY = { display_name: '', tenant_id: '', tenant_name: '', roles: [], csrf_token: null };

let server: SyncServer;
let base: string;
const opened: DeviceLog[] = [];
const started: SyncHandle[] = [];

beforeEach(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  server = new SyncServer();
  base = await server.start();
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => fetch(base + path, init));
});

afterEach(async () => {
  for (const one of [...others.value.map((each) => each.sync), ...started.splice(0)]) one.stop();
  others.value = [];
  for (const one of opened.splice(0)) one.close();
  server.stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  for (const { name } of await indexedDB.databases()) await deleteDB(name ?? '');
});

async function open(person_id: string, profile?: string): Promise<DeviceLog> {
  const log = await openLog(person_id, profile);
  opened.push(log);
  return log;
}

/** As after she was here once with a network: her stream is known, and what follows is not sent yet. */
async function leaveMark(person_id: string): Promise<string> {
  const log = await open(person_id);
  server.signed_in = person_id;
  const sync = startSync(log, { ...NOBODY, person_id } as Session);
  await vi.waitFor(() =>
    expect(sync.status.value).toMatchObject({ network: 'online', is_sending: false }),
  );
  sync.stop();
  server.signed_in = null;
  const made = tap({ author_id: person_id });
  await log.append([made]);
  log.close();
  return made.body;
}

const arrived = (...bodies: string[]) =>
  vi.waitFor(() => expect(server.bodies().sort()).toEqual(bodies.sort()), { timeout: 8_000 });

/** A worker of the journal's, on the disk of this test; it answers nothing once it was ended. */
function haveWorkers(): void {
  class JournalWorker {
    onmessage: ((told: { data: object }) => void) | null = null;
    #is_ended = false;
    #files: Promise<JournalFiles> | null = null;

    async postMessage(asked: Asked | Writing): Promise<void> {
      if ('texts' in asked) return this.#write(asked);
      const { id, profile, effect } = asked;
      this.#files ??= JournalFiles.open(profile);
      const files = await this.#files;
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (this.#is_ended) return;
      const result = effect.ask === 'read' ? await files.read() : true;
      if (effect.ask === 'drop') await files.drop(effect.entry_ids);
      this.onmessage?.({ data: { id, result } });
    }
    async #write({ id, folder, texts }: Writing): Promise<void> {
      await writeInPlace(folder, texts);
      this.onmessage?.({ data: { id } });
    }
    terminate(): void {
      this.#is_ended = true;
    }
  }
  vi.stubGlobal('Worker', JournalWorker);
}

test('what only the journal of a colleague keeps is delivered, too', async () => {
  const disk = new PrivateFiles().stub({ locks: new TabLocks() });
  haveWorkers();
  const made = tap({ author_id: THIRD });
  await (await JournalFiles.open(THIRD)).append([recordOf(made, made.body)]);
  disk.endPage();
  server.signed_in = THIRD;
  await deliverForOthers(null);
  expect(others.value).toHaveLength(1);
  await arrived(made.body);
});

test('a journal that is closed leaves nobody waiting for its answer', async () => {
  new PrivateFiles().stub();
  haveWorkers();
  const journal = openJournal(PERSON);
  const answer = journal.perform({ port: 'journal', ask: 'read' });
  journal.close();
  expect(await answer).toEqual([]);
});

test('one colleague whose log does not open keeps nobody else’s marks here', async () => {
  await leaveMark(FIRST);
  const body = await leaveMark(SECOND);
  const begin = IDBFactory.prototype.open;
  vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(function (
    this: IDBFactory,
    ...given: Parameters<IDBFactory['open']>
  ) {
    if (given[0].includes(FIRST)) throw new DOMException('damaged', 'UnknownError');
    return begin.apply(this, given);
  });
  await deliverForOthers(null);
  await arrived(body);
});

test('an older profile that waits for an answer does not keep the present one from sending', async () => {
  vi.stubGlobal('navigator', { locks: new TabLocks() });
  server.signed_in = PERSON;
  const before = await open(PERSON);
  await before.append(taps(1));
  const present = `noticing-${PERSON}-0a1b2c3d`;
  await beginProfile(PERSON, present);
  const session = { ...NOBODY, person_id: PERSON } as Session;
  let is_asked = false;
  const never: typeof fetch = () => {
    is_asked = true;
    return new Promise(() => undefined);
  };
  started.push(startSync(before, session, { ...browserPorts, fetch: never }));
  await vi.waitFor(() => expect(is_asked).toBe(true));
  const log = await open(PERSON, present);
  const made = tap();
  await log.append([made]);
  started.push(startSync(log, session));
  await arrived(made.body);
});
