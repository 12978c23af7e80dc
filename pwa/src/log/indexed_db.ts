import type { IDBPDatabase, IDBPTransaction } from 'idb';
import type { Key, Range, StoreName, StoreOp, Transaction } from '../machine/effect.ts';
import type { LogSchema } from './stores.ts';

type Open = IDBPTransaction<LogSchema, StoreName[], 'readwrite'>;

/** Runs one transaction script on IndexedDB. Nothing else may be awaited inside: the transaction would end. */
export async function runTransaction<Result>(
  database: IDBPDatabase<LogSchema>,
  { stores, mode, durability, work }: Transaction<Result>,
): Promise<Result> {
  const transaction = database.transaction([...stores], mode, { durability }) as unknown as Open;
  // Awaited below; a failure of the work itself must not leave this one unheard.
  transaction.done.catch(() => undefined);
  try {
    const script = work();
    let step = script.next();
    while (!step.done) {
      const answer = perform(transaction, step.value);
      step = script.next(answer instanceof Promise ? await answer : undefined);
    }
    await transaction.done;
    return step.value;
  } catch (cause) {
    abortQuietly(transaction);
    throw transaction.error ?? cause;
  }
}

function perform(transaction: Open, wanted: StoreOp): Promise<unknown> | undefined {
  // biome-ignore lint/suspicious/noExplicitAny: one driver for stores of every shape
  const store = transaction.objectStore(wanted.store) as any;
  switch (wanted.op) {
    case 'get':
      return (wanted.index ? store.index(wanted.index) : store).get(wanted.key);
    case 'all':
      return (wanted.index ? store.index(wanted.index) : store).getAll(
        readRange(wanted.range),
        wanted.limit,
      );
    case 'keys':
      return (wanted.index ? store.index(wanted.index) : store).getAllKeys(readRange(wanted.range));
    case 'count':
      return store.count(readRange(wanted.range));
    case 'last_key':
      return store
        .openKeyCursor(readRange(wanted.range), 'prev')
        .then((cursor: { key: Key } | null) => cursor?.key);
    default:
      // Not waited for: a write that fails makes the whole transaction fail.
      write(store, wanted).catch(() => undefined);
      return undefined;
  }
}

type Writing = Extract<StoreOp, { op: 'put' | 'add' | 'delete' | 'clear' }>;

// biome-ignore lint/suspicious/noExplicitAny: see above
function write(store: any, wanted: Writing): Promise<unknown> {
  switch (wanted.op) {
    case 'put':
    case 'add':
      return wanted.key === undefined
        ? store[wanted.op](wanted.value)
        : store[wanted.op](wanted.value, wanted.key);
    case 'delete':
      return store.delete(wanted.key);
    case 'clear':
      return store.clear();
  }
}

function readRange(range: Range | Key | null): IDBKeyRange | null {
  if (range === null) return null;
  if (typeof range !== 'object' || Array.isArray(range)) return IDBKeyRange.only(range);
  const { from, through, is_from_open = false } = range as Range;
  if (from === undefined) return through === undefined ? null : IDBKeyRange.upperBound(through);
  if (through === undefined) return IDBKeyRange.lowerBound(from, is_from_open);
  return IDBKeyRange.bound(from, through, is_from_open, false);
}

function abortQuietly(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // Already finished or aborted: there is nothing to take back.
  }
}
