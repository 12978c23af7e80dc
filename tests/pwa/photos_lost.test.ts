import { expect, test, vi } from 'vitest';
import { LogError } from '../../pwa/src/log/error.ts';
import { hashBytes } from '../../pwa/src/log/hash.ts';
import { put, remove, run } from '../../pwa/src/machine/ask.ts';
import type { StoreOp, StoreScript } from '../../pwa/src/machine/effect.ts';
import { tap, VISIT } from './tablet.ts';
import { begin, log, server, sync, until } from './with_server.ts';

const PIN = '2580';
const WRONG = '1470';
const PART = 256 * 1024;

function picture(size = 600_000, seed = 7): ArrayBuffer {
  return new Uint8Array(size).map((_, at) => (at * seed) % 251).buffer;
}

async function keep(bytes = picture()): Promise<string> {
  const sha256 = hashBytes(new Uint8Array(bytes));
  const payload = { sha256, alt: 'Four posters on a wall', names_covered: true };
  await log.appendPhoto(tap({ kind: 'photo.taken', item_key: 'work', payload }), bytes);
  return sha256;
}

async function seal(): Promise<void> {
  const jwk = server.organisation_key.publicKey.export({ format: 'jwk' }) as JsonWebKey;
  await log.vault.sealTo({ key_id: 'key-1', jwk });
}

async function forgetThePin(): Promise<void> {
  expect(await log.vault.setPin(PIN)).toBe('set');
  await log.vault.lock();
  for (let wrong = 0; wrong < 5; wrong += 1) await log.vault.unlock(WRONG);
  expect(log.vault.state).toBe('ended');
}

/** Once in, with a network, so that the stream is enrolled and what was there is sent. */
async function deliverOnce(): Promise<void> {
  begin();
  await until({ network: 'online', on_tablet: 0, photos_waiting: 0 });
  sync?.stop();
}

const states = async () => (await log.entriesOf(VISIT)).map((one) => one.state);

function change(store: 'photos' | 'photo_bytes', work: () => StoreScript<void>): Promise<void> {
  return log.perform(run<void>({ stores: [store], mode: 'readwrite', durability: 'strict', work }));
}

const patches = () =>
  server.seen
    .filter((one) => one.method === 'PATCH')
    .map((one) => Number(one.headers['upload-offset']));

test('a photo of a locked profile goes out sealed, in parts, and the server has the very bytes', async () => {
  await deliverOnce();
  await seal();
  const bytes = picture();
  const hash = await keep(bytes);
  await log.vault.setPin(PIN);
  await log.vault.lock();
  expect(log.vault.state).toBe('locked');
  begin();
  await vi.waitFor(() => expect(server.photos.has(hash)).toBe(true), { timeout: 12_000 });
  await until({ photos_waiting: 0 });
  expect(server.photos.get(hash)?.equals(Buffer.from(bytes))).toBe(true);
  expect(patches()).toEqual([0, PART, 2 * PART]);
});

test('after five wrong PINs a photo still reaches the server, from where an answer was lost', async () => {
  await deliverOnce();
  await seal();
  const hash = await keep();
  await forgetThePin();
  let count = 0;
  server.fault = (path, { method }) => {
    const is_second = path.includes('/photos/') && method === 'PATCH' && ++count === 2;
    return is_second ? 'drop-answer-after-commit' : null;
  };
  begin();
  await until({ photos_waiting: 1, network: 'offline' });
  sync?.nudge();
  await until({ photos_waiting: 0, attention: null });
  expect(patches()).toEqual([0, PART, 2 * PART]);
  expect(hashBytes(new Uint8Array(server.photos.get(hash) as Buffer))).toBe(hash);
});

test('an upload that began opened goes on sealed when the profile is locked meanwhile', async () => {
  await deliverOnce();
  await seal();
  const hash = await keep();
  server.fault = (path, { method }) =>
    path.includes('/photos/') && method === 'PATCH' && patches().length > 1 ? 'drop' : null;
  begin();
  await until({ photos_waiting: 1, network: 'offline' });
  sync?.stop();
  expect(server.photos.get(hash)?.length).toBe(PART);
  server.photos.clear();
  await forgetThePin();
  server.fault = () => null;
  begin();
  await until({ photos_waiting: 0 });
  expect(hashBytes(new Uint8Array(server.photos.get(hash) as Buffer))).toBe(hash);
});

test('what is spoilt waits while somebody may unlock, and is declared lost when nobody ever will', async () => {
  await deliverOnce();
  await seal();
  const hash = await keep();
  const other = await keep(picture(2_000, 5));
  await change('photo_bytes', () => put('photo_bytes', new Uint8Array(700), hash));
  await log.vault.setPin(PIN);
  await log.vault.lock();
  begin();
  await until({ photos_waiting: 1 });
  expect(server.photos.has(other)).toBe(true);
  expect(server.lost_photos).toEqual([]);
  sync?.stop();
  for (let wrong = 0; wrong < 5; wrong += 1) await log.vault.unlock(WRONG);
  begin();
  await until({ photos_waiting: 0 });
  expect(server.lost_photos).toEqual([hash]);
});

test('where no key was sealed to the organisation, a photo that nobody can open is declared lost', async () => {
  await deliverOnce();
  const hash = await keep();
  Object.assign(log.vault, { state: 'ended', openBytes: async () => 'locked' });
  begin();
  await until({ photos_waiting: 0 });
  expect(server.lost_photos).toEqual([hash]);
});

test('a photo whose bytes are missing is declared once, and has no check but amber', async () => {
  const hash = await keep();
  await change('photo_bytes', () => remove('photo_bytes', hash));
  begin();
  await until({ photos_waiting: 0, on_tablet: 0 });
  sync?.nudge();
  await until({ photos_waiting: 0 });
  expect(server.lost_photos).toEqual([hash]);
  expect(await states()).toEqual(['photo_lost']);
});

test('until the server knows of it, a lost photo is counted as waiting', async () => {
  const hash = await keep();
  await change('photo_bytes', () => remove('photo_bytes', hash));
  server.fault = (path) => (path.endsWith('/lost') ? { status: 500 } : null);
  begin();
  await until({ on_tablet: 0, photos_waiting: 1, photo_bytes_waiting: 0 });
  expect(await states()).toEqual(['photo_lost']);
  server.fault = () => null;
  sync?.nudge();
  await until({ photos_waiting: 0, attention: null });
});

test('a restored server is told again what is lost, and one that wants it, too', async () => {
  const hash = await keep();
  await change('photo_bytes', () => remove('photo_bytes', hash));
  await deliverOnce();
  server.epoch = 'epoch-2';
  begin();
  await vi.waitFor(() => expect(server.lost_photos).toEqual([hash, hash]), { timeout: 12_000 });
  await until({ photos_waiting: 0 });
  server.wanted_photos = [hash];
  await log.append([tap()]);
  await vi.waitFor(() => expect(server.lost_photos.length).toBe(3), { timeout: 12_000 });
});

test('what was lost here and came to the server another way has its check', async () => {
  const bytes = picture(1_000);
  const hash = await keep(bytes);
  await change('photo_bytes', () => remove('photo_bytes', hash));
  server.photos.set(hash, Buffer.from(bytes));
  begin();
  await until({ photos_waiting: 0, on_tablet: 0 });
  expect(server.lost_photos).toEqual([]);
  expect(await states()).toEqual(['check']);
});

test('what is left neither here nor on a restored server is declared lost without any tap', async () => {
  const bytes = picture(1_000);
  const hash = await keep(bytes);
  await change('photo_bytes', () => remove('photo_bytes', hash));
  server.photos.set(hash, Buffer.from(bytes));
  await deliverOnce();
  expect(await states()).toEqual(['check']);
  server.photos.clear();
  server.epoch = 'epoch-2';
  begin();
  await vi.waitFor(() => expect(server.lost_photos).toEqual([hash]), { timeout: 12_000 });
  await until({ photos_waiting: 0 });
  expect(await states()).toEqual(['photo_lost']);
});

test('an entry that came back without its photo never has a check before the photo is on the server', async () => {
  const hash = await keep();
  await change('photo_bytes', () => remove('photo_bytes', hash));
  await change('photos', () => remove('photos', hash));
  server.fault = (path) => (path.endsWith('/lost') ? { status: 500 } : null);
  begin();
  await until({ on_tablet: 0, photos_waiting: 1 });
  expect(await states()).toEqual(['photo_lost']);
  server.fault = () => null;
  sync?.nudge();
  await until({ photos_waiting: 0 });
  expect(server.lost_photos).toEqual([hash]);
});

test('a photo whose bytes the storage does not give now holds up no other and is not given up', async () => {
  const stuck = await keep(picture(1_000, 3));
  const other = await keep(picture(1_000, 5));
  const real = log.port;
  Object.assign(log, {
    port: (effect: Parameters<typeof real>[0]) => {
      if (effect.port === 'store' && reads(effect.transaction.work(), stuck)) {
        throw new LogError('storage-unavailable');
      }
      return real(effect);
    },
  });
  begin();
  await until({ on_tablet: 0, photos_waiting: 1 });
  expect(server.photos.has(other)).toBe(true);
  expect(server.lost_photos).toEqual([]);
  expect(sync?.status.value.attention?.code).toBe('storage');
});

/** Whether the second thing it asks for are the bytes of this photo. */
function reads(work: StoreScript<unknown>, hash: string): boolean {
  work.next();
  try {
    const second = work.next().value as StoreOp | undefined;
    return second?.op === 'get' && second.store === 'photo_bytes' && second.key === hash;
  } catch {
    return false; // It needs the answer to the first.
  }
}
