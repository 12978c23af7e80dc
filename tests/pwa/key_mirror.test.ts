import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { mirrorKeys } from '../../pwa/src/log/key_mirror.ts';
import type { KeyStore } from '../../pwa/src/vault/key_store.ts';
import { PrivateFiles, TabLocks } from './private_files.ts';
import { type KeyDisk, makeKeyDisk } from './vault_store.ts';

const FOLDER = 'noticing-keys';
const NAME = 'noticing-lee';
const READING = { how: 'device', wrapped: new Uint8Array([1, 2, 3]) };
const SEALED = { key_id: 'k1', sealed_key: 'sealed' };

let disk: PrivateFiles;
let database: KeyDisk;
let keys: KeyStore;

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  disk = new PrivateFiles().stub({ locks: new TabLocks() });
  database = makeKeyDisk();
  keys = mirrorKeys(database, NAME);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** What a tablet finds that has lost its database. */
async function found(key: string): Promise<unknown> {
  return mirrorKeys(makeKeyDisk(), NAME).get(key);
}

/** Only once, as after a handle that died. */
function failOnce(step: string): void {
  const faults = [new DOMException('not now', 'NotReadableError')];
  disk.fault = (asked) => (asked === step ? (faults.shift() ?? null) : null);
}

test('a key is found in its copy where the database was lost', async () => {
  await keys.putOnce('reading_key', READING);
  await keys.put('sealed_key', SEALED);
  expect(await found('reading_key')).toEqual(READING);
  expect(await found('sealed_key')).toEqual(SEALED);
});

test('a copy that cannot be read this once is not written over with less', async () => {
  await keys.putOnce('reading_key', READING);
  failOnce('read');
  await keys.put('sealed_key', SEALED);
  expect(await found('reading_key')).toEqual(READING);
});

/** In both of its files. */
function spoilCopy(): void {
  for (const name of [NAME, `${NAME}.2`]) {
    disk.put(FOLDER, name, new TextEncoder().encode('{"reading'));
  }
}

test('a copy of which one file is torn is read from the other, and whole after the next key', async () => {
  await keys.putOnce('reading_key', READING);
  for (const name of [NAME, `${NAME}.2`]) {
    const whole = disk.text(FOLDER, name);
    disk.put(FOLDER, name, new TextEncoder().encode(`${whole.slice(0, -80)}${'x'.repeat(80)}`));
    expect(await found('reading_key')).toEqual(READING);
    await keys.put('sealed_key', { ...SEALED, key_id: name });
    expect(disk.text(FOLDER, name)).toContain(name);
  }
});

test('a copy whose file has left nothing but its name keeps nobody from marking', async () => {
  disk.fault = (step) => (step === 'read' ? new DOMException('gone', 'NotFoundError') : null);
  expect(await findOrMake(keys, OTHER)).toEqual(OTHER);
});

test('a copy of the first version is read', async () => {
  const first = '{"reading_key":{"how":"device","wrapped":{"bytes":[1,2,3]}}}';
  disk.put(FOLDER, NAME, new TextEncoder().encode(first));
  expect(await found('reading_key')).toEqual(READING);
});

test('a key that was destroyed lies in neither file', async () => {
  await keys.putOnce('reading_key', READING);
  await keys.put('reading_key', { how: 'destroyed' });
  const texts = disk.files(FOLDER).map((name) => disk.text(FOLDER, name));
  expect(texts).toHaveLength(2);
  expect(texts.join()).not.toContain('wrapped');
});

test('a copy that was spoilt costs no key that is in the database, and is made again beside what was spoilt', async () => {
  await keys.putOnce('reading_key', READING);
  spoilCopy();
  await keys.put('sealed_key', SEALED);
  expect(await keys.get('reading_key')).toEqual(READING);
  expect(await found('reading_key')).toEqual(READING);
  expect(await found('sealed_key')).toEqual(SEALED);
  expect(disk.text(FOLDER, `${NAME}.spoilt`)).toBe('{"reading');
});

test('a first copy that was cut short is made again', async () => {
  disk.cuts_short = 20;
  await keys.putOnce('reading_key', READING);
  disk.cuts_short = null;
  expect(await keys.get('reading_key')).toEqual(READING);
  expect(await found('reading_key')).toEqual(READING);
});

test('what an earlier version wrote survives a first copy that is cut short', async () => {
  const first = '{"reading_key":{"how":"device","wrapped":{"bytes":[1,2,3]}}}';
  disk.put(FOLDER, NAME, new TextEncoder().encode(first));
  disk.cuts_short = 20;
  await keys.put('sealed_key', SEALED);
  disk.cuts_short = null;
  expect(await found('reading_key')).toEqual(READING);
});

test('an earlier version reads what this one wrote', async () => {
  await keys.putOnce('reading_key', READING);
  const read = JSON.parse(disk.text(FOLDER, NAME));
  expect(read).toEqual({ reading_key: { how: 'device', wrapped: { bytes: [1, 2, 3] } } });
});

test('a key that was destroyed under an earlier version is destroyed in the copy as well', async () => {
  await keys.putOnce('reading_key', READING);
  database.rows.set('reading_key', { how: 'destroyed' });
  await keys.get('reading_key');
  expect(await found('reading_key')).toEqual({ how: 'destroyed' });
});

test('a key that its copy lacks is copied when it is next used', async () => {
  failOnce('write');
  await keys.putOnce('reading_key', READING);
  expect(await found('reading_key')).toBeUndefined();
  expect(await keys.get('reading_key')).toEqual(READING);
  expect(await found('reading_key')).toEqual(READING);
});

test('two tabs that keep a key at once lose neither', async () => {
  const other = mirrorKeys(database, NAME);
  await Promise.all([keys.put('reading_key', READING), other.put('sealed_key', SEALED)]);
  expect(await found('reading_key')).toEqual(READING);
  expect(await found('sealed_key')).toEqual(SEALED);
});

test('wrong PINs are counted in the database alone: a copy cannot give tries back', async () => {
  await keys.putOnce('reading_key', READING);
  await keys.putOnce('pin_try_1', { at: 1 });
  await keys.put('pin_try_2', { at: 2 });
  await keys.get('pin_try_1');
  expect(disk.text(FOLDER, NAME)).not.toContain('pin_try');
  expect(await found('pin_try_1')).toBeUndefined();
});

test('reading that was ended does not come back from the copy, wherever the power went', async () => {
  await keys.putOnce('reading_key', READING);
  vi.spyOn(database, 'put').mockRejectedValue(new DOMException('the power went', 'AbortError'));
  await expect(keys.put('reading_key', { how: 'destroyed' })).rejects.toThrow('the power went');
  expect(await found('reading_key')).toEqual({ how: 'destroyed' });
});

/** As the vault does: a key that is not there is made. */
async function findOrMake(store: KeyStore, made: unknown): Promise<unknown> {
  return (await store.get('reading_key')) ?? store.putOnce('reading_key', made);
}

const OTHER = { how: 'device', wrapped: new Uint8Array([4, 5, 6]) };

test('where the database was lost and the copy cannot be read now, no other key is made', async () => {
  await keys.putOnce('reading_key', READING);
  const anew = mirrorKeys(makeKeyDisk(), NAME);
  disk.fault = (step) => (step === 'read' ? new DOMException('not now', 'NotReadableError') : null);
  await expect(findOrMake(anew, OTHER)).rejects.toMatchObject({ code: 'storage-unavailable' });
  disk.fault = () => null;
  expect(await findOrMake(anew, OTHER)).toEqual(READING);
});

test('a copy that is not read the first time is read the second', async () => {
  await keys.putOnce('reading_key', READING);
  failOnce('read');
  expect(await findOrMake(mirrorKeys(makeKeyDisk(), NAME), OTHER)).toEqual(READING);
});

test('a key that stands in the copy is not written over by one that was made', async () => {
  await keys.putOnce('reading_key', READING);
  await mirrorKeys(makeKeyDisk(), NAME).putOnce('reading_key', OTHER);
  expect(await found('reading_key')).toEqual(READING);
});

test('a copy that never can be read again keeps nobody from marking', async () => {
  spoilCopy();
  expect(await findOrMake(keys, OTHER)).toEqual(OTHER);
  expect(disk.text(FOLDER, `${NAME}.spoilt`)).toBe('{"reading');
});

test('keys are read when no other tab is writing them', async () => {
  await keys.putOnce('reading_key', READING);
  const whole = new TextEncoder().encode(disk.text(FOLDER, NAME));
  disk.put(FOLDER, NAME, new Uint8Array());
  const locks = navigator.locks as unknown as TabLocks;
  const writing = locks.request(`${FOLDER}-${NAME}`, async () => {
    // Meanwhile another tab begins to read.
    await new Promise((resolve) => setTimeout(resolve, 20));
    disk.put(FOLDER, NAME, whole);
  });
  expect(await findOrMake(mirrorKeys(makeKeyDisk(), NAME), OTHER)).toEqual(READING);
  await writing;
});

test('a tab that sleeps over the copy does not keep the others from their keys', async () => {
  await keys.putOnce('reading_key', READING);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const asleep = (_name: string, { signal }: LockOptions) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  new PrivateFiles()
    .stub({ locks: { request: asleep } })
    .folders.set(FOLDER, disk.folders.get(FOLDER) as never);
  const reading = found('reading_key');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await reading).toEqual(READING);
});
