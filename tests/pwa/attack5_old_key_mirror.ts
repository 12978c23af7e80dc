import type { Bytes, KeyStore } from '../../pwa/src/vault/key_store.ts';
import { nameFailure } from '../../pwa/src/log/error.ts';

const FOLDER = 'noticing-keys';

/**
 * Keys lie in IndexedDB and, once more, in the private file system beside the second journal: without them the
 * journal could not be read where IndexedDB was lost. So that they can be copied, keys are bytes here and not
 * CryptoKeys (docs/decisions/0009-keys-lie-twice.md).
 */
export function mirrorKeys(store: KeyStore, name: string): KeyStore {
  if (!can_mirror()) return store;
  const copy = openCopy(name);
  const readCopy = async () => {
    try {
      return await copy.read();
    } catch (cause) {
      // A database that has the first of its keys was not lost: what it lacks was never made.
      if (await has_first(store)) return {};
      throw cause;
    }
  };
  return {
    async get(key) {
      const known = await store.get(key);
      if (!is_copied(key, known)) return known;
      if (known === undefined) {
        const copied = (await readCopy())[key];
        return copied === undefined ? undefined : store.putOnce(key, copied);
      }
      const copied = await copy.read().catch(() => null);
      if (copied && !(key in copied)) await copy.change((all) => ({ [key]: known, ...all }));
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
      // What stands there already was not written with less known than here.
      await copy.change((known) => (key in known ? known : { ...known, [key]: stands }));
      return stands;
    },
    async delete(key) {
      await store.delete(key);
      if (is_try(key)) return;
      await copy.change(({ [key]: _gone, ...rest }) => rest);
    },
  };
}

/** Every other key is made after one of these; and a key is destroyed only where another stands. */
const FIRST = ['device_key', 'reading_key'];

async function has_first(store: KeyStore): Promise<boolean> {
  const found = await Promise.all(FIRST.map((key) => store.get(key)));
  return found.some((known) => known !== undefined && !is_destroyed(known));
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

/** One small file. What fails at writing costs the copy, never the key. */
function openCopy(name: string) {
  let last: Promise<unknown> = Promise.resolve();
  const find = async (): Promise<Keys> => {
    const file = await findFile(name);
    const text = file ? await (await file.getFile()).text() : '';
    // What cannot be read is not known to be empty: nothing is written over it.
    return text === '' ? {} : (JSON.parse(text, readBytes) as Keys);
  };
  const write = async (change: (known: Keys) => Keys) => {
    const known = await find();
    const changed = change(known);
    if (changed === known) return;
    const writable = await (await findFile(name))?.createWritable();
    if (!writable) return;
    await writable.write(JSON.stringify(changed, writeBytes));
    await writable.close();
  };
  return {
    /** Rejects where that is not known: the key that the journal is sealed with may be there. */
    async read(): Promise<Keys> {
      try {
        return await aloneInTime(name, () => find().catch(find));
      } catch (cause) {
        if (cause instanceof SyntaxError) return spoilt(cause);
        throw nameFailure(cause);
      }
    },
    change(change: (known: Keys) => Keys): Promise<void> {
      const next = last.then(() => alone(name, () => write(change))).catch(console.error);
      last = next;
      return next;
    },
  };
}

/** It never will be read: taps must not wait for it. It stays as it is. */
function spoilt(cause: SyntaxError): Keys {
  console.error(cause);
  return {};
}

/** Another tab reads and writes the same file. */
async function alone<Result>(
  name: string,
  work: () => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  const locks = navigator.locks as LockManager | undefined;
  return locks ? locks.request(`${FOLDER}-${name}`, options, work) : work();
}

const PATIENCE_MS = 3_000;

/** A tab that sleeps with the lock keeps nobody from reading: the file is always one of two whole ones. */
async function aloneInTime<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), PATIENCE_MS);
  const begun = async () => {
    clearTimeout(timer);
    return work();
  };
  try {
    return await alone(name, begun, { signal: waiting.signal });
  } catch (cause) {
    if (!waiting.signal.aborted) throw cause;
    return work();
  } finally {
    clearTimeout(timer);
  }
}

/** null: this browser has no private files, as one that does not name them. */
async function findFile(name: string): Promise<FileSystemFileHandle | null> {
  const root = await findRoot();
  if (!root) return null;
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  return folder.getFileHandle(name, { create: true });
}

/** How browsers refuse them for good, as in a private window. */
const REFUSALS = ['SecurityError', 'NotSupportedError', 'UnknownError', 'TypeError'];

async function findRoot(): Promise<FileSystemDirectoryHandle | null> {
  const ask = async () => navigator.storage.getDirectory();
  try {
    return await ask().catch(ask);
  } catch (cause) {
    if (REFUSALS.includes((cause as Error).name)) return null;
    throw cause;
  }
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
