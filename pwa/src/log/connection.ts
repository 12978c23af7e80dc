import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { is_worth_reopening, LogError, nameFailure } from './error.ts';
import { beginFreshLog } from './fresh_log.ts';

export interface Connection<Schema extends DBSchema> {
  /** Runs `work`, which must be safe to repeat: a handle that died is reopened once. */
  run<Result>(work: (database: IDBPDatabase<Schema>) => Promise<Result>): Promise<Result>;
  close(): void;
}

const PATIENCE_MS = 10_000;

/** An opening that never ends must not hold up for ever what waits for it. */
function inTime<Database extends { close(): void }>(opening: Promise<Database>): Promise<Database> {
  return new Promise((resolve, reject) => {
    let is_late = false;
    const timer = setTimeout(() => {
      is_late = true;
      reject(new LogError('storage-unavailable', 'the database does not open'));
    }, PATIENCE_MS);
    opening
      .then((database) => (is_late ? database.close() : resolve(database)), reject)
      .finally(() => clearTimeout(timer));
  });
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
    if (handle) return handle;
    const opening = inTime(
      openDB<Schema>(name, version, {
        upgrade: (database, from) => upgrade(database, from),
        blocking: drop,
        terminated: () => {
          drop();
          beginFreshLog();
        },
      }),
    );
    handle = opening;
    // The next one tries anew, whatever the browser says of this one.
    opening.catch(() => {
      if (handle === opening) handle = null;
    });
    return opening;
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
