import { openDB } from 'idb';
import { expect, test, vi } from 'vitest';
import type { MadeEntry } from '../../pwa/src/entry/entry.ts';
import { hashBody } from '../../pwa/src/log/hash.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import type { OwnRow } from '../../pwa/src/log/stores.ts';
import type { Fault, SeenRequest } from './sync_server.ts';
import { PERSON, tap, taps } from './tablet.ts';
import { begin, log, server, sync, until } from './with_server.ts';

const PIN = '273905';
const LOCKED = { code: 'locked', text: null } as const;

/** Made and sealed on this tablet, which nobody has unlocked since. */
async function makeLocked(count: number): Promise<MadeEntry[]> {
  server.key_id = 'k1';
  const jwk = server.organisation_key.publicKey.export({ format: 'jwk' }) as JsonWebKey;
  await log.vault.sealTo({ key_id: 'k1', jwk });
  expect(await log.vault.setPin(PIN)).toBe('set');
  const made = taps(count);
  await log.append(made);
  await log.vault.lock();
  return made;
}

/** A byte of these on the disk has changed. */
async function damage(...numbers: number[]): Promise<void> {
  const { stream_id } = await log.perform(readMark());
  const database = await openDB(`noticing-${PERSON}`);
  for (const stream_seq of numbers) {
    const row: OwnRow = await database.get('entries', [stream_id, stream_seq]);
    const body = (row.body as Uint8Array<ArrayBuffer>).slice();
    body[20] = (body[20] ?? 0) ^ 1;
    await database.put('entries', { ...row, body });
  }
  database.close();
}

function there(): number[] {
  return [...server.streams.values()].flatMap(({ bodies }) => [...bodies.keys()]).sort(byNumber);
}

const byNumber = (one: number, other: number) => one - other;

const pushed = () =>
  server.seen
    .filter((one) => /push|chunk/.test(one.path))
    .map(({ json: { from_seq, stream_seq, bodies, sealed } }) => {
      const first = from_seq ?? stream_seq;
      return [first, first + (bodies ?? sealed?.bodies ?? [0]).length - 1];
    });

/** Some rounds more, each of them at its end. */
async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    const hellos = greetings();
    sync?.nudge();
    await vi.waitFor(() => expect(greetings()).toBeGreaterThan(hellos), { timeout: 8_000 });
    await until({});
  }
}

const greetings = () => server.seen.filter((one) => one.path.endsWith('/hello')).length;

test('what lies behind a damaged mark of a locked tablet comes to the server', async () => {
  const made = await makeLocked(6);
  await damage(3);
  begin();
  await until({ on_tablet: 4, sent: 2, attention: LOCKED });
  expect(there()).toEqual([1, 2, 4, 5, 6]);
  expect(server.bodies().sort()).toEqual(
    made
      .filter((_, at) => at !== 2)
      .map((one) => one.body)
      .sort(),
  );
});

test('of several damaged marks none holds up what lies between them', async () => {
  await makeLocked(9);
  await damage(1, 4, 5, 9);
  begin();
  await until({ on_tablet: 9, sent: 0, attention: LOCKED });
  expect(there()).toEqual([2, 3, 6, 7, 8]);
});

test('a locked tablet does not send the same again in every round, and what comes new it sends', async () => {
  await makeLocked(6);
  await damage(3);
  begin();
  await until({ on_tablet: 4, attention: LOCKED });
  const before = pushed();
  await rounds(3);
  expect(pushed()).toEqual(before);
  expect(sync?.status.value.attention).toEqual(LOCKED);
  await log.append([tap()]);
  await vi.waitFor(() => expect(there()).toContain(7), { timeout: 8_000 });
  expect(pushed()).toEqual([...before, [7, 7]]);
});

test('after the unlock the damaged one is said to be lost and the rest has its check', async () => {
  const made = await makeLocked(6);
  await damage(3);
  begin();
  await until({ on_tablet: 4, attention: LOCKED });
  const before = pushed();
  expect(await log.vault.unlock(PIN)).toBe('open');
  sync?.nudge();
  await until({ on_tablet: 0, sent: 6, attention: null, network: 'online' });
  expect(pushed()).toEqual([...before, [3, 3]]);
  const [stream] = server.streams.values();
  expect(JSON.parse(stream?.bodies.get(3) ?? '')).toMatchObject({ lost: true, stream_seq: 3 });
  expect(stream?.bodies.get(6)).toBe(made[5]?.body);
});

test('what is damaged after it was sent beyond a gap is not said to be lost', async () => {
  const made = await makeLocked(5);
  await damage(2);
  begin();
  await until({ on_tablet: 4, attention: LOCKED });
  await damage(4);
  await log.vault.unlock(PIN);
  sync?.nudge();
  await until({ on_tablet: 0, sent: 5, attention: null, network: 'online' });
  const [stream] = server.streams.values();
  expect(stream?.bodies.get(4)).toBe(made[3]?.body);
});

test('a page that begins anew finds what it sent before under the same numbers', async () => {
  await makeLocked(6);
  await damage(3);
  begin();
  await until({ on_tablet: 4, attention: LOCKED });
  sync?.stop();
  begin();
  await until({ on_tablet: 4, attention: LOCKED });
  expect(there()).toEqual([1, 2, 4, 5, 6]);
  expect(server.streams.size).toBe(1);
});

test('a restored server is sent once more what it held beyond a gap', async () => {
  await makeLocked(6);
  await damage(3);
  begin();
  await until({ on_tablet: 4, attention: LOCKED });
  for (const { bodies } of server.streams.values()) for (const seq of [2, 4, 5]) bodies.delete(seq);
  server.epoch = 'epoch-2';
  await rounds(1);
  await vi.waitFor(() => expect(there()).toEqual([1, 2, 4, 5, 6]), { timeout: 8_000 });
});

test('where the organisation cannot open this profile, what lies in the clear behind it is sent', async () => {
  await makeLocked(3);
  const { stream_id } = await log.perform(readMark());
  await log.append([tap()]);
  const clear = tap();
  const database = await openDB(`noticing-${PERSON}`);
  const row: OwnRow = await database.get('entries', [stream_id, 4]);
  const { entry, body } = clear;
  const hash = hashBody(body);
  await database.put('entries', { ...row, entry_id: entry.entry_id, hash, body });
  database.close();
  const problem = { code: 'seal-unknown', title: 'unknown key', detail: 'Not that key.' };
  server.fault = (path, { json }) =>
    path.endsWith('/push') && json.sealed ? { status: 422, body: problem } : null;
  begin();
  await vi.waitFor(() => expect(server.bodies()).toEqual([clear.body]), { timeout: 8_000 });
  await until({ on_tablet: 4, attention: { code: 'refused', text: 'Not that key.' } });
  // All of them at once, and not one by one.
  expect(pushed()).toEqual([
    [1, 3],
    [4, 4],
  ]);
});

test.each([413, 403, 500])(
  'a sealed mark that does not get through alone goes in pieces, sealed as it lies: %d',
  async (status) => {
    const made = await makeLocked(3);
    server.fault = (path, { json }) =>
      path.endsWith('/push') && covers(json, 2) ? { status } : null;
    begin();
    await until({ on_tablet: 0, sent: 3, network: 'online' });
    const pieces = server.seen.filter((one) => one.path.endsWith('/chunk'));
    expect(pieces[0]?.json).toMatchObject({ stream_seq: 2, sealed: { key_id: 'k1' } });
    // An older server, which would take the sealed bytes for the entry, refuses that.
    expect(pieces[0]?.json.sha256).toBeUndefined();
    expect(server.bodies().sort()).toEqual(made.map((one) => one.body).sort());
  },
);

test('a damaged mark that goes in pieces holds up nothing either', async () => {
  await makeLocked(4);
  await damage(2);
  server.fault = (path, { json }) =>
    path.endsWith('/push') && covers(json, 2) ? { status: 413 } : null;
  begin();
  await until({ on_tablet: 3, sent: 1, attention: LOCKED });
  expect(there()).toEqual([1, 3, 4]);
});

test.each(['locked', 'open'])(
  'a mark that gets through in no way holds up nothing behind it: %s',
  async (state) => {
    if (state === 'locked') await makeLocked(6);
    else await log.append(taps(6));
    const hurt = [2, 5];
    server.fault = (path, { json }) => {
      if (path.endsWith('/chunk')) return hurt.includes(json.stream_seq) ? { status: 500 } : null;
      return path.endsWith('/push') && hurt.some((seq) => covers(json, seq))
        ? { status: 500 }
        : null;
    };
    begin();
    await until({ on_tablet: 5, sent: 1, attention: { code: 'server-trouble', text: null } });
    expect(there()).toEqual([1, 3, 4, 6]);
    const asked = pushed().length;
    await rounds(1);
    // Only the two that wait are tried again: each alone and in pieces.
    expect(pushed().slice(asked)).toEqual([2, 2, 5, 5].map((seq) => [seq, seq]));
    hurt.length = 0;
    sync?.nudge();
    await until({ on_tablet: 0, sent: 6, network: 'online', attention: null });
  },
);

test('a server that takes nothing is not asked for every mark in every round', async () => {
  await log.append(taps(40));
  server.fault = (path) => (/push|chunk/.test(path) ? { status: 500 } : null);
  begin();
  await until({ on_tablet: 40, attention: { code: 'server-trouble', text: null } });
  // Each of them whole and in pieces.
  expect(pushed().filter(([first, last]) => first === last).length).toBeLessThanOrEqual(16);
  await rounds(4);
  server.fault = () => null;
  sync?.nudge();
  await until({ on_tablet: 0, sent: 40, network: 'online' });
});

function covers(
  json: { from_seq: number; bodies?: string[]; sealed?: { bodies: string[] } },
  stream_seq: number,
): boolean {
  const count = (json.bodies ?? json.sealed?.bodies ?? []).length;
  return json.from_seq <= stream_seq && stream_seq < json.from_seq + count;
}

function hurting(numbers: readonly number[], answer: Fault) {
  return (path: string, { json }: SeenRequest): Fault | null => {
    const meets = (seq: number) =>
      path.endsWith('/chunk') ? json.stream_seq === seq : covers(json, seq);
    return /push$|chunk$/.test(path) && numbers.some(meets) ? answer : null;
  };
}

test('new marks do not wait behind many that are refused', async () => {
  await log.append(taps(30));
  const first = Array.from({ length: 20 }, (_, place) => place + 1);
  server.fault = hurting(first, { status: 500 });
  begin();
  await until({ on_tablet: 30 });
  const rest = [21, 22, 23, 24, 25, 26, 27, 28, 29, 30];
  await vi.waitFor(() => expect(there()).toEqual(rest), { timeout: 8_000 });
  await log.append([tap()]);
  await vi.waitFor(() => expect(there()).toContain(31), { timeout: 8_000 });
  server.fault = () => null;
  sync?.nudge();
  await until({ on_tablet: 0, sent: 31 });
}, 20_000);

for (const dislike of ['drop', 'portal', 'redirect', 'wrong-nonce'] as const) {
  test(`a mark that something on the way dislikes (${dislike}) waits alone`, async () => {
    await log.append(taps(6));
    server.fault = hurting([3], dislike);
    begin();
    await vi.waitFor(() => expect(there()).toEqual([1, 2, 4, 5, 6]), { timeout: 8_000 });
    await until({
      on_tablet: 4,
      network: 'online',
      attention: { code: 'server-trouble', text: null },
    });
    server.fault = () => null;
    sync?.nudge();
    await until({ on_tablet: 0, sent: 6, attention: null });
  }, 20_000);
}

test('what the server no longer holds whole is mended behind a damaged mark, too', async () => {
  await makeLocked(6);
  begin();
  await until({ on_tablet: 0, sent: 6, network: 'online' });
  sync?.stop();
  await damage(3);
  server.epoch = 'epoch-2';
  for (const seq of [2, 3, 5]) server.rotten.add(seq);
  begin();
  await until({ on_tablet: 0, attention: LOCKED });
  expect([...server.rotten]).toEqual([3]);
});
