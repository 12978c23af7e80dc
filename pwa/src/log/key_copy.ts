import { SECOND, writeTwice } from '../journal/small_file.ts';
import type { Bytes } from '../vault/key_store.ts';
import { nameFailure } from './error.ts';
import { hashBody } from './hash.ts';
import { writeInWorker } from './small_files.ts';

const FOLDER = 'noticing-keys';

export type Keys = Readonly<Record<string, unknown>>;

/** One small text, in two files. What fails at writing costs the copy, never the key. */
export function openCopy(name: string) {
  let last: Promise<unknown> = Promise.resolve();
  const write = async (change: (known: Keys) => Keys) => {
    const known = await find(name);
    const changed = change(known);
    if (changed === known || !(await findRoot())) return;
    const text = writeText(changed);
    // Outside a browser there is no worker, and none is needed.
    await (typeof Worker === 'function' ? writeInWorker : writeTwice)(FOLDER, name, text);
  };
  return {
    /** Rejects where that is not known: the key that the journal is sealed with may be there. */
    async read(): Promise<Keys> {
      try {
        return await aloneInTime(name, () => find(name).catch(() => find(name)));
      } catch (cause) {
        if (cause instanceof Spoilt) return giveUp(cause);
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

export function can_copy(): boolean {
  return (
    typeof globalThis.navigator?.storage?.getDirectory === 'function' &&
    typeof FileSystemFileHandle === 'function'
  );
}

class Spoilt extends Error {}

/** It never will be read: taps must not wait for it. It stays as it is. */
function giveUp(cause: Spoilt): Keys {
  console.error(cause);
  return {};
}

/** What cannot be read is not known to be empty, and rejects: nothing is written over it. The first is the newer one. */
async function find(name: string): Promise<Keys> {
  const root = await findRoot();
  if (!root) return {};
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  let failure: unknown = null;
  for (const one of [name, name + SECOND]) {
    try {
      const text = await readText(folder, one);
      if (text !== '') return readKeys(text);
    } catch (cause) {
      // That it cannot be read now weighs more than that it never can.
      if (failure === null || failure instanceof Spoilt) failure = cause;
    }
  }
  if (failure !== null) throw failure;
  return {};
}

/** Nothing where there is no such file, or nothing behind its name any more. */
async function readText(folder: FileSystemDirectoryHandle, name: string): Promise<string> {
  try {
    const file = await folder.getFileHandle(name);
    return await (await file.getFile()).text();
  } catch (cause) {
    if ((cause as Error).name === 'NotFoundError') return '';
    throw cause;
  }
}

function writeText(keys: Keys): string {
  const text = JSON.stringify(keys, writeBytes);
  return `${text}\n${hashBody(text)}`;
}

/** The first ones had no hash behind them. */
function readKeys(whole: string): Keys {
  const [text = '', hash] = whole.split('\n');
  if (hash !== undefined && hash !== hashBody(text)) throw new Spoilt('a copy of the keys is torn');
  try {
    return JSON.parse(text, readBytes);
  } catch (cause) {
    throw new Spoilt('a copy of the keys is spoilt', { cause });
  }
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

/** A tab that sleeps with the lock keeps nobody from reading: one of the two files is always whole. */
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

/** How browsers refuse them for good, as in a private window. */
const REFUSALS = ['SecurityError', 'NotSupportedError', 'UnknownError', 'TypeError'];

/** null: this browser has no private files, as one that does not name them. */
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
