import { type Text, writeInPlace } from '../journal/small_file.ts';
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
    const found = await look(name);
    const changed = change(found.keys);
    if (changed === found.keys || !(await findRoot())) return;
    // Outside a browser there is no worker, and none is needed.
    await (typeof Worker === 'function' ? writeInWorker : writeInPlace)(
      FOLDER,
      textsOf(name, changed, found),
    );
  };
  return {
    /** Rejects where that is not known: the key that the journal is sealed with may be there. */
    async read(): Promise<Keys> {
      try {
        const { keys, spoilt } = await aloneInTime(name, () => look(name).catch(() => look(name)));
        if (spoilt !== null) console.error('a copy of the keys is spoilt');
        return keys;
      } catch (cause) {
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

interface Found {
  readonly keys: Keys;
  /** The file that they were read from. */
  readonly from: string | null;
  /** What was in a file and never will be read: taps must not wait for it. */
  readonly spoilt: string | null;
}

/** What cannot be read now is not known to be empty, and rejects: nothing is written over it. */
async function look(name: string): Promise<Found> {
  let spoilt: string | null = null;
  const root = await findRoot();
  if (!root) return { keys: {}, from: null, spoilt };
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  let failure: unknown = null;
  for (const from of [name, name + SECOND]) {
    try {
      const text = await readText(folder, from);
      const keys = text === '' ? null : readKeys(text);
      if (keys) return { keys, from, spoilt: null };
      if (text !== '') spoilt ??= text;
    } catch (cause) {
      failure ??= cause;
    }
  }
  if (failure !== null) throw failure;
  return { keys: {}, from: null, spoilt };
}

const SECOND = '.2';
const SPOILT = '.spoilt';

/** Whenever the power goes one of the two is whole: what was read is written last. What was spoilt is kept beside them. */
function textsOf(name: string, keys: Keys, { from, spoilt }: Found): Text[] {
  const text = writeText(keys);
  const both = [name + SECOND, name].map((one) => ({ name: one, text }));
  if (from === name + SECOND) both.reverse();
  return spoilt === null ? both : [{ name: name + SPOILT, text: spoilt }, ...both];
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

/** Its hash stands behind it as blanks and tabs, which is nothing to who reads only the text. */
function writeText(keys: Keys): string {
  const text = JSON.stringify(keys, writeBytes);
  return `${text}\n${inBlanks(hashBody(text))}`;
}

/** null: it is torn or spoilt. The first ones had no hash behind them. */
function readKeys(whole: string): Keys | null {
  const [text = '', blanks] = whole.split('\n');
  if (blanks !== undefined && blanks !== inBlanks(hashBody(text))) return null;
  try {
    return JSON.parse(text, readBytes);
  } catch {
    return null;
  }
}

function inBlanks(hash: string): string {
  const bits = BigInt(`0x${hash}`).toString(2).padStart(256, '0');
  return bits.replaceAll('0', ' ').replaceAll('1', '\t');
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
