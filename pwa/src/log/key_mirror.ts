import type { Bytes, KeyStore } from '../vault/key_store.ts';

const FOLDER = 'noticing-keys';

/**
 * Keys lie in IndexedDB and, once more, in the private file system beside the second journal: without them the
 * journal could not be read where IndexedDB was lost. So that they can be copied, keys are bytes here and not
 * CryptoKeys (docs/decisions/0009-keys-lie-twice.md).
 */
export function mirrorKeys(store: KeyStore, name: string): KeyStore {
  if (!can_mirror()) return store;
  const copy = openCopy(name);
  return {
    async get(key) {
      const known = await store.get(key);
      if (known !== undefined) return known;
      const copied = (await copy.read())[key];
      return copied === undefined ? undefined : store.putOnce(key, copied);
    },
    async put(key, value) {
      await store.put(key, value);
      await copy.change((known) => ({ ...known, [key]: value }));
    },
    async putOnce(key, value) {
      // A key that cannot be copied is asked for as bytes.
      if (value instanceof CryptoKey) throw new DOMException('as bytes, please', 'DataCloneError');
      const stands = await store.putOnce(key, value);
      await copy.change((known) => ({ ...known, [key]: stands }));
      return stands;
    },
    async delete(key) {
      await store.delete(key);
      await copy.change(({ [key]: _gone, ...rest }) => rest);
    },
  };
}

type Keys = Readonly<Record<string, unknown>>;

/** One small file; what fails here costs the copy, never the key. */
function openCopy(name: string) {
  let last: Promise<unknown> = Promise.resolve();
  const read = async (): Promise<Keys> => {
    try {
      const file = await (await findFile(name)).getFile();
      return JSON.parse(await file.text(), readBytes) as Keys;
    } catch {
      return {};
    }
  };
  const write = async (change: (known: Keys) => Keys) => {
    const changed = JSON.stringify(change(await read()), writeBytes);
    const writable = await (await findFile(name)).createWritable();
    await writable.write(changed);
    await writable.close();
  };
  return {
    read,
    change(change: (known: Keys) => Keys): Promise<void> {
      const next = last.then(() => write(change)).catch(console.error);
      last = next;
      return next;
    },
  };
}

async function findFile(name: string): Promise<FileSystemFileHandle> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  return folder.getFileHandle(name, { create: true });
}

function writeBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { bytes: [...value] } : value;
}

function readBytes(_key: string, value: unknown): unknown {
  const { bytes } = (value ?? {}) as { bytes?: number[] };
  return Array.isArray(bytes) ? (new Uint8Array(bytes) as Bytes) : value;
}

function can_mirror(): boolean {
  return (
    typeof globalThis.navigator?.storage?.getDirectory === 'function' &&
    typeof FileSystemFileHandle === 'function' &&
    'createWritable' in FileSystemFileHandle.prototype
  );
}
