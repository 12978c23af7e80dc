import { openDB } from 'idb';
import { afterEach, expect, test, vi } from 'vitest';
import { forgetVerified, KEPT_AFTER_VERIFYING_MS } from '../../pwa/src/log/forget.ts';
import { hashBytes } from '../../pwa/src/log/hash.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import type { OwnRow } from '../../pwa/src/log/stores.ts';
import { forkStream } from '../../pwa/src/log/streams.ts';
import { is_stalled } from '../../pwa/src/sync/status.ts';
import type { SyncHandle } from '../../pwa/src/sync/sync.ts';
import { PERSON, tap, taps } from './tablet.ts';
import { begin, log, server, sync, until } from './with_server.ts';

const NAME = `noticing-${PERSON}`;

afterEach(() => {
  vi.restoreAllMocks();
});

async function takePhoto(): Promise<string> {
  const bytes = new Uint8Array(9_000).fill(7);
  const sha256 = hashBytes(bytes);
  const payload = { sha256, alt: 'Four posters on a wall', names_covered: true };
  await log.appendPhoto(tap({ kind: 'photo.taken', item_key: 'work', payload }), bytes.buffer);
  return sha256;
}

async function change(row: readonly [string, number], changed: Partial<OwnRow>): Promise<void> {
  const database = await openDB(NAME);
  const known = await database.get('entries', [...row]);
  await database.put('entries', { ...known, ...changed });
  database.close();
}

test.each([
  ['a server in trouble', { status: 500 }, 'server-trouble'],
  ['a refusal', { status: 403 }, 'refused'],
] as const)(
  'photos go out and what was sent is verified where nothing can be fetched: %s',
  async (_, fault, code) => {
    const sha256 = await takePhoto();
    server.fault = (path) => (path.endsWith('/changes') ? fault : null);
    begin();
    await until({ on_tablet: 0, photos_waiting: 0 });
    await vi.waitFor(() => expect(sync?.status.value.attention?.code).toBe(code));
    expect(server.photos.get(sha256)?.byteLength).toBe(9_000);
    expect(server.paths()).toContain('POST /api/v1/sync/verify');
  },
);

test('photos go out and what was sent is verified where the tablet has no room for what it fetches', async () => {
  await takePhoto();
  const row = { what: 'row', room: 'class', id: '7b', row: { class_id: '7b' } };
  server.changes = { '': { cursor: 'c1', items: [row] } };
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    ...given
  ) {
    if (this.name === 'reference') throw new DOMException('full', 'QuotaExceededError');
    return put.apply(this, given);
  });
  begin();
  await until({ on_tablet: 0, photos_waiting: 0, attention: { code: 'storage', text: null } });
  expect(server.paths()).toContain('POST /api/v1/sync/verify');
});

test('photos and what is fetched do not wait for an entry that does not get through', async () => {
  await log.append([tap()]);
  server.fault = (path) => (/push|chunk/.test(path) ? { status: 403 } : null);
  const row = { what: 'row', room: 'class', id: '7b', row: { class_id: '7b' } };
  server.changes = { '': { cursor: 'c1', items: [row] } };
  await takePhoto();
  begin();
  await until({
    on_tablet: 2,
    photos_waiting: 0,
    attention: { code: 'refused', text: 'Detail of fault.' },
  });
  expect(await log.reference.all('class')).toEqual([{ class_id: '7b' }]);
});

test('an entry that is refused does not hide that news needs a sign-in', async () => {
  await log.append([tap()]);
  server.fault = (path) => (/push|chunk/.test(path) ? { status: 403 } : null);
  begin();
  await until({ attention: { code: 'refused', text: 'Detail of fault.' } });
  server.signed_in = null;
  sync?.nudge();
  await until({ network: 'sign-in' });
});

test('a mark that lies in the clear and has changed on the disk is told to be lost, and the rest gets its check', async () => {
  const made = taps(3);
  await log.append(made);
  const { stream_id } = await log.perform(readMark());
  await change([stream_id, 2], { body: made[1]?.body.replace('goal_posted', 'goal_pasted') ?? '' });
  begin();
  await until({ on_tablet: 0, sent: 3, network: 'online' });
  expect([...server.streams.keys()]).toEqual([stream_id]);
  const [first, lost, last] = server.bodies();
  expect([first, last]).toEqual([made[0]?.body, made[2]?.body]);
  expect(JSON.parse(lost ?? '')).toMatchObject({ lost: true, stream_seq: 2 });
});

test('a tablet that forgot a visit and had to leave its stream waits for nothing and is verified', async () => {
  await log.append([...taps(2), tap({ kind: 'observation.finished', item_key: null })]);
  begin();
  await until({ on_tablet: 0, sent: 3, network: 'online' });
  sync?.stop();
  const { stream_id } = await log.perform(readMark());
  const later = Date.now() + 10 * KEPT_AFTER_VERIFYING_MS;
  expect(await log.perform(forgetVerified(later, server.epoch))).toBe(3);
  await log.perform(forkStream(stream_id));
  await log.append([tap()]);
  begin();
  await until({ on_tablet: 0, sent: 4, network: 'online' });
  const counts = await log.counts();
  expect(counts).toMatchObject({ on_tablet: 0, sent: 4, oldest_unsent_at: null });
  expect(is_stalled({ ...(sync as SyncHandle).status.value, ...counts }, Date.now())).toBe(false);
  await vi.waitFor(async () => {
    const asked = server.seen.filter((one) => one.path.endsWith('/verify')).length;
    sync?.nudge();
    await until({ network: 'online' });
    expect(server.seen.filter((one) => one.path.endsWith('/verify')).length).toBe(asked);
  });
});
