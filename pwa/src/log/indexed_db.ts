import { type IDBPDatabase, unwrap } from 'idb';
import type { Key, Range, StoreOp, Transaction } from '../machine/effect.ts';
import type { LogSchema } from './stores.ts';

// On the browser's own objects: what wraps them costs a tap more than the work itself.

/** Runs one transaction script on IndexedDB. Nothing else may be awaited inside: the transaction would end. */
export async function runTransaction<Result>(
  database: IDBPDatabase<LogSchema>,
  { stores, mode, durability, work }: Transaction<Result>,
): Promise<Result> {
  const raw = unwrap(database) as IDBDatabase;
  const transaction = raw.transaction([...stores], mode, { durability });
  const done = endOf(transaction);
  // Awaited below; a failure of the work itself must not leave this one unheard.
  done.catch(() => undefined);
  try {
    const script = work();
    let step = script.next();
    while (!step.done) {
      const answer = perform(transaction, step.value);
      step = script.next(answer instanceof Promise ? await answer : undefined);
    }
    // What was read is known: nobody waits for the end of reading.
    if (mode === 'readonly') return step.value;
    // Not at its own time, which would be a turn later; browsers before 2021 know no other.
    transaction.commit?.();
    await done;
    return step.value;
  } catch (cause) {
    abortQuietly(transaction);
    throw transaction.error ?? cause;
  }
}

function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
  });
}

function answerOf<Answer>(request: IDBRequest<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function perform(transaction: IDBTransaction, wanted: StoreOp): Promise<unknown> | undefined {
  if (wanted.op === 'together') {
    return Promise.all(wanted.ops.map((one) => perform(transaction, one)));
  }
  const store = transaction.objectStore(wanted.store);
  const rows = 'index' in wanted && wanted.index ? store.index(wanted.index) : store;
  switch (wanted.op) {
    case 'get':
      return answerOf(rows.get(wanted.key as IDBValidKey));
    case 'all':
      return answerOf(rows.getAll(readRange(wanted.range), wanted.limit));
    case 'keys':
      return answerOf(rows.getAllKeys(readRange(wanted.range)));
    case 'count':
      return answerOf(store.count(readRange(wanted.range) ?? undefined));
    case 'last_key':
      return answerOf(store.openKeyCursor(readRange(wanted.range), 'prev')).then(
        (cursor) => cursor?.key,
      );
    default:
      // Not waited for: a write that fails makes the whole transaction fail.
      write(store, wanted);
      return undefined;
  }
}

type Writing = Extract<StoreOp, { op: 'put' | 'add' | 'delete' | 'clear' }>;

function write(store: IDBObjectStore, wanted: Writing): IDBRequest {
  switch (wanted.op) {
    case 'put':
      return store.put(wanted.value, wanted.key as IDBValidKey | undefined);
    case 'add':
      return store.add(wanted.value, wanted.key as IDBValidKey | undefined);
    case 'delete':
      return store.delete(wanted.key as IDBValidKey);
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
