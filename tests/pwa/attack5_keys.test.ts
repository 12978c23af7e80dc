import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { mirrorKeys } from '../../pwa/src/log/key_mirror.ts';
import { mirrorKeys as mirrorOld } from './attack5_old_key_mirror.ts';
import { PrivateFiles, TabLocks } from './private_files.ts';
import { makeKeyDisk } from './vault_store.ts';

const NAME = 'noticing-lee';
const FOLDER = 'noticing-keys';
let disk: PrivateFiles;
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  disk = new PrivateFiles().stub({ locks: new TabLocks() });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
const K = (n: number) => ({ how: 'device', wrapped: new Uint8Array([n]) });
const bytes = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

/** power goes while the FIRST of the two files is written (cut in the middle) */
function cutFirst(at = 20) {
  disk.cuts_short = at;
}

test('A1 fresh tablet: power cut in the first writing of the copy; later writes make a copy again', async () => {
  const db = makeKeyDisk();
  cutFirst();
  await mirrorKeys(db, NAME).putOnce('reading_key', K(1));
  disk.cuts_short = null;
  disk.endPage();
  // next page lives: key in the database, healing expected
  await mirrorKeys(db, NAME).get('reading_key');
  await mirrorKeys(db, NAME).put('sealed_key', K(2));
  await mirrorKeys(db, NAME).get('reading_key');
  console.log('files', disk.files(FOLDER), disk.sizes(FOLDER));
  // the database is lost
  expect(await mirrorKeys(makeKeyDisk(), NAME).get('reading_key')).toEqual(K(1));
});

test('A2 upgrade: copy of the version before (one file), power cut in the first writing of the new version', async () => {
  const old = JSON.stringify({ reading_key: { how: 'device', wrapped: { bytes: [1] } }, device_key: { bytes: [7, 7] } });
  disk.put(FOLDER, NAME, bytes(old));
  const db = makeKeyDisk(new Map<string, unknown>([['reading_key', K(1)]]));
  expect(await mirrorKeys(makeKeyDisk(), NAME).get('reading_key')).toEqual(K(1));
  cutFirst(100);
  await mirrorKeys(db, NAME).put('sealed_key', K(2));
  disk.cuts_short = null;
  disk.endPage();
  await mirrorKeys(db, NAME).get('reading_key');
  console.log('files', disk.files(FOLDER), disk.sizes(FOLDER));
  expect(await mirrorKeys(makeKeyDisk(), NAME).get('reading_key')).toEqual(K(1));
});

/** A browser that can replace a file, as the older build needs it. */
function canReplace() {
  vi.stubGlobal('FileSystemFileHandle', class { createWritable() {} });
  const plain = navigator.storage.getDirectory.bind(navigator.storage) as () => Promise<any>;
  (navigator.storage as any).getDirectory = async () => {
    const root = await plain();
    const getDirectoryHandle = root.getDirectoryHandle;
    root.getDirectoryHandle = async (folder: string) => {
      const files = await getDirectoryHandle(folder);
      const getFileHandle = files.getFileHandle;
      files.getFileHandle = async (name: string, how: object) => {
        const file = await getFileHandle(name, how);
        let text = '';
        return { ...file, createWritable: async () => ({
          write: async (more: string) => { text += more; },
          close: async () => disk.put(folder, name, bytes(text)),
        }) };
      };
      return files;
    };
    return root;
  };
}

test('B0 control: all of it in the older build', async () => {
  canReplace();
  const db = makeKeyDisk();
  await mirrorOld(db, NAME).putOnce('reading_key', K(1));
  expect(await mirrorOld(makeKeyDisk(), NAME).get('reading_key')).toEqual(K(1));
  await mirrorOld(db, NAME).put('reading_key', { how: 'destroyed' });
  expect(await mirrorKeys(makeKeyDisk(), NAME).get('reading_key')).toEqual({ how: 'destroyed' });
});

test('B1 back to the older build: it reads what the new one wrote', async () => {
  const db = makeKeyDisk();
  await mirrorKeys(db, NAME).putOnce('reading_key', K(1));
  canReplace();
  // The older build, and the database was lost.
  expect(await mirrorOld(makeKeyDisk(), NAME).get('reading_key')).toEqual(K(1));
});

test('B2 new - old - new: keys after an older build that lost its database', async () => {
  await mirrorKeys(makeKeyDisk(), NAME).putOnce('reading_key', K(1));
  canReplace();
  const db = makeKeyDisk();
  const old = mirrorOld(db, NAME);
  if ((await old.get('reading_key')) === undefined) await old.putOnce('reading_key', K(9));
  // forward again: what the journal was sealed with before (1) and since (9)
  expect(await mirrorKeys(db, NAME).get('reading_key')).toEqual(K(1));
});

test('B3 sign-out under the older build destroys the key in the copy too', async () => {
  const db = makeKeyDisk();
  await mirrorKeys(db, NAME).putOnce('reading_key', K(1));
  canReplace();
  await mirrorOld(db, NAME).put('reading_key', { how: 'destroyed' });
  // forward again, and the database is lost
  await mirrorKeys(db, NAME).get('reading_key');
  expect(await mirrorKeys(makeKeyDisk(), NAME).get('reading_key')).toEqual({ how: 'destroyed' });
});
