import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LogError } from '../../pwa/src/log/error.ts';
import { mirrorKeys } from '../../pwa/src/log/key_mirror.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { all, run, sealedKey } from '../../pwa/src/machine/ask.ts';
import { startSync } from '../../pwa/src/sync/sync.ts';
import { openDeviceKey } from '../../pwa/src/vault/device_key.ts';
import { openVault } from '../../pwa/src/vault/open.ts';
import { PrivateFiles, TabLocks } from './private_files.ts';
import { PERSON, tap } from './tablet.ts';
import { type KeyDisk, makeKeyDisk } from './vault_store.ts';
import { begin, log, ports, SESSION, server, until } from './with_server.ts';

// A private file system that refuses or breaks costs the second copy of the keys, and nothing else.

const PATIENTLY = { timeout: 12_000, interval: 20 };
const NAME = 'noticing-lee';

let disk: PrivateFiles;

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  disk = new PrivateFiles();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function breakFiles(): void {
  disk.fault = (step) =>
    step === 'read' || step === 'folder' ? new DOMException('broken', 'NotReadableError') : null;
}

function refuseFiles(refusal: Error): void {
  disk.stub();
  const getDirectory = () => Promise.reject(refusal);
  vi.stubGlobal('navigator', { storage: { getDirectory }, locks: new TabLocks() });
}

const openKey = (database: KeyDisk) => openDeviceKey(mirrorKeys(database, 'tablet'));

const REFUSALS = [
  new DOMException('a private window', 'SecurityError'),
  new DOMException('not here', 'NotSupportedError'),
  new DOMException('no reason', 'UnknownError'),
  new TypeError('no such thing'),
];

for (const refusal of REFUSALS) {
  test(`a browser that refuses its private files with ${refusal.name} keeps the keys in its database`, async () => {
    refuseFiles(refusal);
    const [of_tablet, of_profile] = [makeKeyDisk(), makeKeyDisk()];
    const vault = await openVault(mirrorKeys(of_profile, NAME), await openKey(of_tablet));
    const kept = await vault.seal(['a tap']);
    const again = await openVault(mirrorKeys(of_profile, NAME), await openKey(of_tablet));
    expect(await again.open(kept)).toEqual(['a tap']);
    expect(console.error).not.toHaveBeenCalled();
  });
}

test('a browser that refuses its private files only once is asked again', async () => {
  disk.stub({ locks: new TabLocks() });
  const made = { how: 'device', wrapped: new Uint8Array([1]) };
  await mirrorKeys(makeKeyDisk(), NAME).putOnce('reading_key', made);
  const refusal = new DOMException('no reason', 'UnknownError');
  vi.spyOn(navigator.storage, 'getDirectory').mockRejectedValueOnce(refusal);
  expect(await mirrorKeys(makeKeyDisk(), NAME).get('reading_key')).toEqual(made);
});

test('where the private files cannot be reached for another reason, no key is made that nobody may need', async () => {
  refuseFiles(new DOMException('not now', 'InvalidStateError'));
  const database = makeKeyDisk();
  await expect(openKey(database)).rejects.toMatchObject({ code: 'storage-unavailable' });
  expect(database.rows.size).toBe(0);
});

test('marks are read while the private files are broken, on a tablet that never met its server', async () => {
  disk.stub({ locks: new TabLocks() });
  const [of_tablet, of_profile] = [makeKeyDisk(), makeKeyDisk()];
  const vault = await openVault(mirrorKeys(of_profile, NAME), await openKey(of_tablet));
  const kept = await vault.seal(['a tap']);
  breakFiles();
  const again = await openVault(mirrorKeys(of_profile, NAME), await openKey(of_tablet));
  expect(await again.open(kept)).toEqual(['a tap']);
});

test('a key that only the copy may still have is not taken for missing where the database was lost', async () => {
  disk.stub({ locks: new TabLocks() });
  const keys = mirrorKeys(makeKeyDisk(), NAME);
  breakFiles();
  await expect(keys.get('sealed_key')).rejects.toMatchObject({ code: 'storage-unavailable' });
});

test('beside a key that was destroyed, the sealed one is not taken for missing', async () => {
  disk.stub({ locks: new TabLocks() });
  const database = makeKeyDisk(new Map([['reading_key', { how: 'destroyed' }]]));
  breakFiles();
  const asked = mirrorKeys(database, NAME).get('sealed_key');
  await expect(asked).rejects.toMatchObject({ code: 'storage-unavailable' });
});

test('marks are delivered, and the key is sealed, where the private files break under an open app', async () => {
  disk.stub({ locks: new TabLocks() });
  server.key_id = 'k1';
  log.close();
  const mine = await openLog(PERSON);
  await mine.append([tap()]);
  breakFiles();
  const sync = startSync(mine, SESSION, ports);
  await vi.waitFor(() => expect(server.bodies()).toHaveLength(1), PATIENTLY);
  expect(await mine.perform(sealedKey())).toMatchObject({ key_id: 'k1' });
  sync.stop();
  mine.close();
});

async function notes(): Promise<string[]> {
  const rows = await log.perform(
    run({
      stores: ['diagnostics'],
      mode: 'readonly',
      durability: 'relaxed',
      work: () => all<{ code: string }>('diagnostics', null),
    }),
  );
  return rows.map((row) => row.code);
}

test('a key that cannot be sealed is noted and keeps no mark from the server', async () => {
  server.key_id = 'k1';
  vi.spyOn(log.vault, 'sealTo').mockRejectedValue(new LogError('storage-unavailable'));
  await log.append([tap()]);
  begin();
  await until({ on_tablet: 0 });
  expect(server.bodies()).toHaveLength(1);
  // At enrolment and at hello.
  expect(await notes()).toEqual(['key-not-sealed', 'key-not-sealed']);
});
