import { afterEach, expect, test, vi } from 'vitest';
import type { MadeEntry } from '../../pwa/src/entry/entry.ts';
import { recordOf } from '../../pwa/src/log/append.ts';
import { LogError } from '../../pwa/src/log/error.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import type { Effect, JournalRecord, Kept } from '../../pwa/src/machine/effect.ts';
import { perform } from '../../pwa/src/machine/perform.ts';
import type { Rescued } from '../../pwa/src/sync/rescue.ts';
import { openRescue } from '../../pwa/src/sync/rescue_port.ts';
import { tap, taps } from './tablet.ts';
import { log, meetServer, openBodies, port, readPush } from './with_organisation.ts';

// Marks that the log has not: kept by the second journal alone, or in memory only.

/** What the second journal holds. */
let records: JournalRecord[] = [];
/** IndexedDB cannot be opened any more. */
let is_dead = false;

afterEach(() => {
  records = [];
  is_dead = false;
  vi.restoreAllMocks();
});

function answer(effect: Effect): unknown {
  if (effect.port === 'journal') return effect.ask === 'read' ? records : true;
  const is_store =
    effect.port === 'store' || (effect.port === 'platform' && effect.ask === 'sealed_key');
  if (is_store && is_dead) throw new LogError('storage-unavailable');
  return port(effect);
}

const open = () => openRescue((script) => perform(script, answer));

async function keepInJournal(made: readonly MadeEntry[]): Promise<void> {
  const kept = await log.vault.seal(made.map((one) => one.body));
  records = made.map((one, place) => recordOf(one, kept[place] as Kept));
}

async function bodiesIn({ pushes }: Rescued): Promise<string[]> {
  return (await Promise.all(pushes.map((one) => openBodies(readPush(one))))).flat();
}

const bodiesOf = (made: readonly MadeEntry[]) => made.map((one) => one.body);

test('what the journal alone has, and what is on no disk, lie sealed in a stream of the file’s own', async () => {
  await meetServer();
  const logged = taps(2);
  await log.append(logged);
  const reserved = taps(3);
  await keepInJournal(reserved);
  const unsaved = [tap({ kind: 'script.written', payload: { text: 'Zebras graze' } })];
  const made = await open().gather([], unsaved);
  expect(made).toMatchObject({ entries: 6, is_whole: true });
  const [own, loose] = made.pushes.map(readPush);
  const { stream_id } = await log.perform(readMark());
  expect([own?.stream_id, own?.from_seq]).toEqual([stream_id, 1]);
  expect(loose?.stream_id).not.toBe(stream_id);
  expect(loose?.from_seq).toBe(1);
  expect(loose?.bodies).toBeUndefined();
  const bodies = await bodiesIn(made);
  expect(bodies.sort()).toEqual(bodiesOf([...logged, ...reserved, ...unsaved]).sort());
  expect(await log.counts()).toMatchObject({ on_tablet: 2, sent: 0 });
});

test('a stream that the server knows vouches for that one, with the key that signs its pushes', async () => {
  await meetServer();
  const made = await open().gather([], taps(1));
  const { stream_id } = await log.perform(readMark());
  expect(made.streams).toHaveLength(1);
  const [{ path, headers, body }] = made.streams as [Rescued['streams'][0]];
  const enrolment = JSON.parse(new TextDecoder().decode(body));
  expect(path).toBe('/api/v1/sync/streams');
  expect(headers['Noticing-Stream']).toBe(stream_id);
  expect(enrolment.stream_id).toBe(made.pushes[0]?.headers['Noticing-Stream']);
  const form = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await crypto.subtle.importKey('jwk', enrolment.public_key, form, false, ['verify']);
  const digest = await crypto.subtle.digest('SHA-256', body as Uint8Array<ArrayBuffer>);
  const hash = Buffer.from(digest).toString('hex');
  const text = `POST\n${path}\n${headers['Noticing-Nonce']}\n${hash}`;
  const signature = Buffer.from(headers['Noticing-Signature'] ?? '', 'base64url');
  const how = { name: 'ECDSA', hash: 'SHA-256' };
  const signed = new TextEncoder().encode(text);
  expect(await crypto.subtle.verify(how, key, signature, signed)).toBe(true);
});

test('where the log has everything, the file has no stream of its own', async () => {
  await meetServer();
  const logged = taps(2);
  await log.append(logged);
  await keepInJournal(logged);
  expect(await open().gather([], [])).toMatchObject({ streams: [], entries: 2 });
});

test('one that the journal kept and that is said to be unsaved stands there once', async () => {
  await meetServer();
  const made = taps(1);
  await keepInJournal(made);
  expect((await open().gather([], made)).entries).toBe(1);
});

test('a tablet that the server does not know makes no file, and says so', async () => {
  await keepInJournal(taps(1));
  const rescue = open();
  expect(await rescue.kind()).toBeNull();
  await expect(rescue.gather([], taps(1))).rejects.toThrow('no key');
});

test('where IndexedDB dies under the open app, what lies beside it is in the file, which says that it is not whole', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await meetServer();
  const logged = taps(2);
  await log.append(logged);
  const reserved = taps(2);
  await keepInJournal([...logged, ...reserved]);
  const rescue = open();
  expect(await rescue.kind()).toBe('sealed');
  is_dead = true;
  const unsaved = taps(1);
  expect(await rescue.kind()).toBe('sealed');
  const made = await rescue.gather([], unsaved);
  expect(made).toMatchObject({ entries: 5, is_whole: false, photos: [] });
  const bodies = await bodiesIn(made);
  expect(bodies.sort()).toEqual(bodiesOf([...logged, ...reserved, ...unsaved]).sort());
});

test('of the journal that stands in for the log, what cannot be read is left out', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await meetServer();
  const made = taps(2);
  await keepInJournal(made);
  const [first] = records as [JournalRecord];
  const spoilt = (first.body as Uint8Array<ArrayBuffer>).slice().fill(0, 12);
  records = [{ ...first, body: spoilt }, ...records.slice(1)];
  const rescue = open();
  await rescue.kind();
  is_dead = true;
  expect(await bodiesIn(await rescue.gather([], []))).toEqual(bodiesOf(made.slice(1)));
});

test('the keys were never seen: no file, whatever lies beside the log', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await meetServer();
  await keepInJournal(taps(1));
  is_dead = true;
  expect(await open().kind()).toBeNull();
});
