import { afterEach, expect, test, vi } from 'vitest';
import { forgetVerified } from '../../pwa/src/log/forget.ts';
import { hashBytes } from '../../pwa/src/log/hash.ts';
import { appendPhoto, markVerified, photosToSend, readPhoto } from '../../pwa/src/log/photos.ts';
import { put, run } from '../../pwa/src/machine/ask.ts';
import type { Script } from '../../pwa/src/machine/effect.ts';
import { performUntil } from '../../pwa/src/machine/perform.ts';
import type { Fault } from './sync_server.ts';
import { tap, VISIT } from './tablet.ts';
import { begin, log, server, sync, until } from './with_server.ts';

const PART = 256 * 1024;
const DAY_MS = 24 * 3_600_000;

afterEach(() => {
  vi.unstubAllGlobals();
});

function picture(size = 600_000, seed = 7): ArrayBuffer {
  return new Uint8Array(size).map((_, at) => (at * seed) % 251).buffer;
}

function taken(bytes: ArrayBuffer) {
  const sha256 = hashBytes(new Uint8Array(bytes));
  const payload = { sha256, alt: 'Four posters on a wall', names_covered: true };
  return tap({ kind: 'photo.taken', item_key: 'work', payload });
}

async function keep(bytes = picture()): Promise<string> {
  const made = taken(bytes);
  await log.appendPhoto(made, bytes);
  return String(made.entry.payload.sha256);
}

const parts = () =>
  server.seen
    .filter((one) => one.method === 'PATCH')
    .map((one) => Number(one.headers['upload-offset']));

const states = async () => (await log.entriesOf(VISIT)).map((one) => one.state);

function faults(is_meant: (method: string) => boolean, ...planned: (Fault | null)[]): void {
  server.fault = (path, { method }) =>
    path.includes('/photos/') && is_meant(method) ? (planned.shift() ?? null) : null;
}

test('a photo goes out in parts after its entry, and only then does the entry have its check', async () => {
  const bytes = picture();
  const hash = await keep(bytes);
  expect(await log.counts()).toMatchObject({ photos_waiting: 1, photo_bytes_waiting: 600_000 });
  faults((method) => method === 'PATCH', { status: 500 });
  begin();
  await until({ on_tablet: 0, sent: 1, photos_waiting: 1 });
  expect(sync?.status.value.attention?.code).toBe('server-trouble');
  expect(await states()).toEqual(['dot']);
  sync?.nudge();
  await until({ photos_waiting: 0, photo_bytes_waiting: 0, attention: null });
  expect(await states()).toEqual(['check']);
  expect(parts().slice(1)).toEqual([0, PART, 2 * PART]);
  expect(server.photos.get(hash)?.equals(Buffer.from(bytes))).toBe(true);
});

test('where an answer was lost it goes on from where the server stands, and sends no part twice', async () => {
  const hash = await keep();
  faults((method) => method === 'PATCH', null, 'drop-answer-after-commit');
  begin();
  await until({ photos_waiting: 1, network: 'offline' });
  sync?.nudge();
  await until({ photos_waiting: 0 });
  expect(parts()).toEqual([0, PART, 2 * PART]);
  expect(server.photos.get(hash)?.byteLength).toBe(600_000);
});

test('a photo goes out where nobody is signed in any more', async () => {
  begin();
  await until({ network: 'online' });
  server.signed_in = null;
  await keep();
  sync?.nudge();
  await until({ photos_waiting: 0, on_tablet: 0, network: 'sign-in' });
});

test('a part that a proxy finds too large is sent in smaller ones', async () => {
  await keep();
  faults((method) => method === 'PATCH', { status: 413 });
  begin();
  await until({ photos_waiting: 0 });
  expect(parts()[2]).toBe(PART / 2);
});

test('a tap goes out between two parts of a photo', async () => {
  await keep(picture(5 * PART));
  let count = 0;
  server.fault = (path) => {
    if (path.includes('/photos/') && ++count === 3) void log.append([tap()]);
    return null;
  };
  begin();
  await until({ photos_waiting: 0, on_tablet: 0, sent: 2 });
  const paths = server.paths();
  const second_push = paths.lastIndexOf('POST /api/v1/sync/push');
  const after = paths.slice(second_push).filter((path) => path.startsWith('PATCH'));
  expect(after.length).toBeGreaterThan(0);
});

test('a photo that the server refuses holds up no other', async () => {
  const first = await keep(picture(1_000, 3));
  const second = await keep(picture(1_000, 5));
  server.fault = (path) => (path.endsWith(first) ? { status: 403 } : null);
  begin();
  await until({ photos_waiting: 1, on_tablet: 0 });
  expect(server.photos.has(second)).toBe(true);
  expect(sync?.status.value.attention?.code).toBe('refused');
});

test('what the server wants again is sent again', async () => {
  const hash = await keep();
  begin();
  await until({ photos_waiting: 0, sent: 1 });
  server.photos.clear();
  server.wanted_photos = [hash];
  await log.append([tap()]);
  await vi.waitFor(() => expect(server.photos.get(hash)?.byteLength).toBe(600_000), {
    timeout: 12_000,
  });
});

test('a restored server without the photo gets it again, and what it holds is marked by its clock', async () => {
  const lost = await keep(picture(1_000, 3));
  const held = await keep(picture(1_000, 5));
  begin();
  await until({ photos_waiting: 0, sent: 2 });
  server.photos.delete(lost);
  server.epoch = 'epoch-2';
  begin();
  await vi.waitFor(() => expect(server.photos.has(lost)).toBe(true), { timeout: 12_000 });
  await until({ photos_waiting: 0 });
  const rows = await log.perform(
    run({
      stores: ['photos'],
      mode: 'readonly',
      durability: 'relaxed',
      *work() {
        return (yield { op: 'get', store: 'photos', key: held }) as object;
      },
    }),
  );
  const server_ms = Date.parse('2026-11-12T14:05:12.345Z');
  expect(rows).toMatchObject({ verified_ms: server_ms, verified_epoch: 'epoch-2' });
});

/** Runs a script and stops for ever before its n-th effect. */
async function crashBefore(effect: number, script: Script<unknown>): Promise<boolean> {
  let count = 0;
  let has_crashed = false;
  const never = performUntil(
    script,
    (asked) => {
      count += 1;
      if (count < effect) return log.port(asked);
      has_crashed = true;
      return new Promise(() => undefined);
    },
    () => false,
  );
  await Promise.race([never, new Promise((resolve) => setTimeout(resolve, 60))]);
  return has_crashed;
}

test('wherever the page dies, entry and photo are both there or neither is', async () => {
  const seen = new Set<number>();
  for (let effect = 1; ; effect += 1) {
    const bytes = picture(1_000 + effect);
    const made = taken(bytes);
    const has_crashed = await crashBefore(effect, appendPhoto(made, bytes));
    const entries = (await log.entriesOf(VISIT)).filter(
      (one) => one.entry.entry_id === made.entry.entry_id,
    );
    const kept = await log.photo(String(made.entry.payload.sha256));
    expect(entries.length).toBe(kept === null ? 0 : 1);
    seen.add(entries.length);
    if (!has_crashed) break;
  }
  expect(seen).toEqual(new Set([0, 1]));
});

test('a photo whose bytes were spoilt here is lost, says so, and nothing waits for it', async () => {
  const hash = await keep();
  await log.perform(
    run<void>({
      stores: ['photo_bytes'],
      mode: 'readwrite',
      durability: 'strict',
      work: () => put('photo_bytes', picture(600_000, 11), hash),
    }),
  );
  begin();
  await until({ photos_waiting: 0, on_tablet: 0 });
  expect(await log.photo(hash)).toBeNull();
  expect(parts()).toEqual([]);
  expect(server.lost_photos).toEqual([hash]);
  expect(await states()).toEqual(['photo_lost']);
});

test('less than 100 MB are kept for marks: a photo is refused and a mark is not', async () => {
  const estimate = async () => ({ quota: 200e6, usage: 100e6 });
  vi.stubGlobal('navigator', { storage: { estimate } });
  await expect(keep()).rejects.toMatchObject({ code: 'no-room-for-photo' });
  expect(await log.perform(photosToSend())).toEqual([]);
  await log.append([tap()]);
  expect(await states()).toEqual(['dot']);
});

test('a photo leaves seven days after the server was seen to hold it, when its visit is over', async () => {
  const hash = await keep();
  begin();
  await until({ photos_waiting: 0, sent: 1 });
  sync?.stop();
  const server_ms = Date.parse('2026-11-12T14:05:12.345Z');
  await log.perform(markVerified([hash], server_ms, 'epoch-1'));
  const forget = (ms: number) => log.perform(forgetVerified(ms, 'epoch-1'));
  await forget(server_ms + 8 * DAY_MS);
  expect(await log.perform(readPhoto(hash))).not.toBeNull();
  await log.append([tap({ kind: 'observation.finished', item_key: null })]);
  await forget(server_ms + 6 * DAY_MS);
  // Another epoch's word counts for nothing.
  await log.perform(forgetVerified(server_ms + 8 * DAY_MS, 'epoch-2'));
  expect(await log.perform(readPhoto(hash))).not.toBeNull();
  await forget(server_ms + 8 * DAY_MS);
  expect(await log.perform(readPhoto(hash))).toBeNull();
  expect(await log.counts()).toMatchObject({ photos_waiting: 0 });
});
