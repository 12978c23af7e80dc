import type { IDBPDatabase } from 'idb';
import type { KeyStore } from '../vault/key_store.ts';
import type { LogSchema } from './stores.ts';

type Run = <Result>(
  work: (database: IDBPDatabase<LogSchema>) => Promise<Result>,
) => Promise<Result>;

const PREFIX = 'vault ';

/** The profile's keys lie in its own database, on the disk before anything is sealed with them. */
export function keysIn(run: Run): KeyStore {
  const change = <Result>(work: (store: Store) => Promise<Result>) =>
    run(async (database) => {
      const transaction = database.transaction('meta', 'readwrite', { durability: 'strict' });
      const result = await work(transaction.store);
      await transaction.done;
      return result;
    });
  return {
    get: (key) => run((database) => database.get('meta', PREFIX + key)),
    put: (key, value) => change(async (store) => void (await store.put(value, PREFIX + key))),
    delete: (key) => change((store) => store.delete(PREFIX + key)),
    putOnce: (key, value) =>
      change(async (store) => {
        const known = await store.get(PREFIX + key);
        if (known === undefined) await store.put(value, PREFIX + key);
        return known ?? value;
      }),
  };
}

interface Store {
  get(key: string): Promise<unknown>;
  put(value: unknown, key: string): Promise<unknown>;
  delete(key: string): Promise<void>;
}
