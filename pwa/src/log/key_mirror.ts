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
      if (!is_copied(key, known)) return known;
      const copied = (await copy.read().catch(() => ({}) as Keys))[key];
      if (known === undefined) return copied === undefined ? undefined : store.putOnce(key, copied);
      if (copied === undefined) await copy.change((all) => ({ [key]: known, ...all }));
      return known;
    },
    async put(key, value) {
      const keep = () => copy.change((known) => ({ ...known, [key]: value }));
      // What was destroyed must not come back from the copy.
      if (is_destroyed(value)) await keep();
      await store.put(key, value);
      if (!is_destroyed(value) && is_copied(key, value)) await keep();
    },
    async putOnce(key, value) {
      if (is_try(key)) return store.putOnce(key, value);
      // A key that cannot be copied is asked for as bytes.
      if (value instanceof CryptoKey) throw new DOMException('as bytes, please', 'DataCloneError');
      const stands = await store.putOnce(key, value);
      await copy.change((known) => ({ ...known, [key]: stands }));
      return stands;
    },
    async delete(key) {
      await store.delete(key);
      if (is_try(key)) return;
      await copy.change(({ [key]: _gone, ...rest }) => rest);
    },
  };
}

function is_copied(key: string, value: unknown): boolean {
  return !is_try(key) && !(value instanceof CryptoKey);
}

/** Tries of a PIN are counted in one place: a copy would bring back those that were given back. */
function is_try(key: string): boolean {
  return key.startsWith('pin_try_');
}

function is_destroyed(value: unknown): boolean {
  return (value as { how?: unknown } | undefined)?.how === 'destroyed';
}

type Keys = Readonly<Record<string, unknown>>;

/** One small file; what fails here costs the copy, never the key. */
function openCopy(name: string) {
  let last: Promise<unknown> = Promise.resolve();
  const read = async (): Promise<Keys> => {
    const text = await (await (await findFile(name)).getFile()).text();
    // What cannot be read is not known to be empty: nothing is written over it.
    return text === '' ? {} : (JSON.parse(text, readBytes) as Keys);
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
      const next = last.then(() => alone(name, () => write(change))).catch(console.error);
      last = next;
      return next;
    },
  };
}

/** Another tab reads and writes the same file. */
async function alone(name: string, work: () => Promise<void>): Promise<void> {
  const locks = navigator.locks as LockManager | undefined;
  await (locks ? locks.request(`${FOLDER}-${name}`, work) : work());
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
