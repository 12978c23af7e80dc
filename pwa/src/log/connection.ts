import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { is_worth_reopening, nameFailure } from './error.ts';

export interface Connection<Schema extends DBSchema> {
  /** Runs `work`, which must be safe to repeat: a handle that died is reopened once. */
  run<Result>(work: (database: IDBPDatabase<Schema>) => Promise<Result>): Promise<Result>;
  close(): void;
}

export function connect<Schema extends DBSchema>(
  name: string,
  version: number,
  upgrade: (database: IDBPDatabase<Schema>, from: number) => void,
): Connection<Schema> {
  let handle: Promise<IDBPDatabase<Schema>> | null = null;

  const drop = () => {
    const dropped = handle;
    handle = null;
    dropped?.then((database) => database.close()).catch(() => undefined);
  };
  const open = () => {
    handle ??= openDB<Schema>(name, version, {
      upgrade: (database, from) => upgrade(database, from),
      blocking: drop,
      terminated: drop,
    });
    return handle;
  };
  const attempt = async <Result>(work: (database: IDBPDatabase<Schema>) => Promise<Result>) => {
    try {
      return await work(await open());
    } catch (cause) {
      if (is_worth_reopening(cause)) drop();
      throw cause;
    }
  };

  return {
    async run(work) {
      try {
        return await attempt(work).catch((cause) => {
          if (!is_worth_reopening(cause)) throw cause;
          return attempt(work);
        });
      } catch (cause) {
        throw nameFailure(cause);
      }
    },
    close: drop,
  };
}
