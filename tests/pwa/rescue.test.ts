import { expect, test } from 'vitest';
import type { MadeEntry } from '../../pwa/src/entry/entry.ts';
import { readRows } from '../../pwa/src/log/deliver.ts';
import { hashBytes } from '../../pwa/src/log/hash.ts';
import { declareLost } from '../../pwa/src/log/lost.ts';
import { writeStream } from '../../pwa/src/log/meta.ts';
import { markSent } from '../../pwa/src/log/photos.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import { forkStream } from '../../pwa/src/log/streams.ts';
import { put, remove, run } from '../../pwa/src/machine/ask.ts';
import type { StoreScript } from '../../pwa/src/machine/effect.ts';
import { findRescueKind, gatherRescue } from '../../pwa/src/sync/rescue.ts';
import { findRescueKeys } from '../../pwa/src/sync/rescue_keys.ts';
import { tap, taps } from './tablet.ts';
import {
  ask,
  enrol,
  log,
  meetServer,
  openBodies,
  organisation,
  type Push,
  readPush,
} from './with_organisation.ts';

async function makeEntries(count: number): Promise<MadeEntry[]> {
  const made = taps(count);
  await log.append(made);
  return made;
}

const kind = async () => ask(findRescueKind(await ask(findRescueKeys())));

async function gather(but: readonly string[] = []) {
  return ask(gatherRescue(await ask(findRescueKeys()), but));
}

async function saved(): Promise<Push[]> {
  return (await gather()).pushes.map(readPush);
}

function change(work: () => StoreScript<void>): Promise<void> {
  return ask(run<void>({ stores: ['entries'], mode: 'readwrite', durability: 'strict', work }));
}

test('nothing is promised before the organisation and the stream are known', async () => {
  await makeEntries(1);
  expect(await kind()).toBeNull();
  const jwk = await crypto.subtle.exportKey('jwk', organisation.publicKey);
  await log.vault.sealTo({ key_id: 'k1', jwk });
  expect(await kind()).toBeNull();
  await enrol();
  expect(await kind()).toBe('sealed');
});

test('holds everything that has no check, sealed and signed, and marks nothing as sent', async () => {
  await meetServer();
  const made = await makeEntries(1_200);
  const { pushes, entries } = await gather();
  expect(entries).toBe(1_200);
  expect(pushes.length).toBeGreaterThan(1);
  expect(new Set(pushes.map((one) => one.headers['Noticing-Nonce'])).size).toBe(pushes.length);
  const found = (await saved()).map(openBodies);
  expect((await Promise.all(found)).flat()).toEqual(made.map((one) => one.body));
  expect((await saved()).every((one) => one.bodies === undefined)).toBe(true);
  expect(await log.counts()).toMatchObject({ on_tablet: 1_200, sent: 0 });
});

test('is made of as many pushes as the server takes at once', async () => {
  await meetServer();
  const payload = { text: Array.from({ length: 900 }, () => Math.random()).join('') };
  const made = Array.from({ length: 60 }, () => tap({ kind: 'script.written', payload }));
  await log.append(made);
  const { pushes } = await gather();
  expect(pushes.every((one) => one.body.byteLength <= 262_144)).toBe(true);
  expect((await Promise.all((await saved()).map(openBodies))).flat()).toHaveLength(60);
});

test('goes on behind a hole, and seals what lies in the clear', async () => {
  await meetServer();
  const made = await makeEntries(4);
  const { stream_id } = await ask(readMark());
  const plain = '{"lost":true}';
  await change(function* () {
    yield* remove('entries', [stream_id, 2]);
    yield* put('entries', {
      ...{ stream_id, stream_seq: 3, entry_id: 'x', subject_id: '', hash: '0' },
      body: plain,
    });
  });
  const pushes = await saved();
  expect(pushes.map((one) => one.from_seq)).toEqual([1, 3]);
  expect(await openBodies(pushes[1] as Push)).toEqual([plain, made[3]?.body]);
  expect(JSON.stringify(pushes)).not.toContain('lost');
});

test('says of a mark that was lost only that: what lies before and behind it goes sealed', async () => {
  await meetServer();
  const made = await makeEntries(4);
  const { stream_id } = await ask(readMark());
  const [row] = await ask(readRows(stream_id, 2, 1));
  await ask(declareLost(stream_id, [{ stream_seq: 2, row }]));
  const [before, lost, behind] = (await saved()) as [Push, Push, Push];
  expect([before, lost, behind].map((one) => one.from_seq)).toEqual([1, 2, 3]);
  expect(lost.sealed).toBeUndefined();
  expect(lost.bodies?.map((body) => JSON.parse(body).lost)).toEqual([true]);
  expect([before.bodies, behind.bodies]).toEqual([undefined, undefined]);
  const opened = [...(await openBodies(before)), ...(await openBodies(behind))];
  expect(opened).toEqual([made[0]?.body, made[2]?.body, made[3]?.body]);
});

test('holds what an older stream of this profile still has', async () => {
  await meetServer();
  await makeEntries(3);
  const { stream_id } = await ask(readMark());
  await ask(forkStream(stream_id));
  expect(await kind()).toBeNull();
  await enrol();
  expect((await saved()).map((one) => one.stream_id)).not.toContain(stream_id);
  expect((await gather()).entries).toBe(3);
});

test('is not made of what has its check', async () => {
  await meetServer();
  await makeEntries(3);
  const { stream_id } = await ask(readMark());
  await ask(writeStream(stream_id, { acknowledged_through: 3 }));
  expect(await gather()).toMatchObject({ pushes: [], entries: 0 });
});

async function takePhoto(size: number, seed: number): Promise<{ hash: string; body: string }> {
  const bytes = new Uint8Array(size).map((_, at) => (at * seed) % 251);
  const hash = hashBytes(bytes);
  const payload = { sha256: hash, alt: 'Four posters', names_covered: true };
  const made = tap({ kind: 'photo.taken', item_key: 'work', payload });
  await log.appendPhoto(made, bytes.buffer);
  return { hash, body: made.body };
}

test('holds the photos that wait, each whole, sealed and signed, with the entry that shows whose it is', async () => {
  await meetServer();
  const photo = await takePhoto(300_000, 7);
  const sent = await takePhoto(1_000, 5);
  await ask(markSent(sent.hash));
  const { photos, left, staying } = await gather();
  expect({ count: photos.length, left, staying }).toEqual({ count: 1, left: 0, staying: 0 });
  const [one] = photos;
  expect(one?.path).toBe(`/api/v1/sync/photos/${photo.hash}`);
  const headers = one?.headers ?? {};
  const opened = await openBodies({
    stream_id: '',
    from_seq: 0,
    sealed: {
      key_id: String(headers['Noticing-Key-Id']),
      sealed_key: String(headers['Noticing-Sealed-Key']),
      bodies: [String(headers['Noticing-Sealed-Entry'])],
    },
  });
  expect(opened).toEqual([photo.body]);
  expect(one?.body.byteLength).toBe(300_028);
  expect(headers['Noticing-Signature']).toBeTruthy();
  expect(await log.counts()).toMatchObject({ photos_waiting: 1 });
});

test('what has no room in one file is told, and goes into the next', async () => {
  await meetServer();
  await takePhoto(7_000_000, 3);
  await takePhoto(7_000_000, 7);
  const first = await gather();
  expect([first.photos.length, first.left]).toEqual([1, 1]);
  const second = await gather(first.hashes);
  expect([second.photos.length, second.left]).toEqual([1, 0]);
  expect(second.hashes).not.toEqual(first.hashes);
});

test('a photo without its entry stays, and is told', async () => {
  await meetServer();
  await takePhoto(1_000, 3);
  const { stream_id } = await ask(readMark());
  await change(function* () {
    yield* remove('entries', [stream_id, 1]);
  });
  expect(await gather()).toMatchObject({ photos: [], staying: 1 });
});
