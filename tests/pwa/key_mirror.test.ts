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

test('a copy that was spoilt costs no key that is in the database', async () => {
  await keys.putOnce('reading_key', READING);
  disk.put(FOLDER, NAME, new TextEncoder().encode('{"reading'));
  await keys.put('sealed_key', SEALED);
  expect(await keys.get('reading_key')).toEqual(READING);
  expect(disk.text(FOLDER, NAME)).toBe('{"reading');
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
