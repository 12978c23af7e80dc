import type { DBSchema } from 'idb';
import type { Kept } from '../machine/effect.ts';
import { type DeviceKey, openDeviceKey } from '../vault/device_key.ts';
import type { KeyStore } from '../vault/key_store.ts';
import { connect } from './connection.ts';
import { mirrorKeys } from './key_mirror.ts';

/** An account as it lies on the disk; rows of version 1 hold `said` in the clear, beside the rest. */
export interface AccountRow {
  readonly person_id: string;
  readonly last_used_at: string;
  readonly kept?: Kept;
  readonly [said: string]: unknown;
}

/** One profile of a person: one log's database. Only the newest is written to; the others still deliver. */
export interface ProfileRow {
  readonly name: string;
  readonly person_id: string;
  readonly began_at: string;
}

interface TabletSchema extends DBSchema {
  accounts: { key: string; value: AccountRow };
  profiles: { key: string; value: ProfileRow };
  keys: { key: string; value: unknown };
}

/** What belongs to the tablet and to no account on it. 1: accounts. 2: profiles and keys. */
export const tablet = connect<TabletSchema>('noticing', 2, (database, from) => {
  if (from < 1) database.createObjectStore('accounts', { keyPath: 'person_id' });
  if (from < 2) {
    database.createObjectStore('profiles', { keyPath: 'name' });
    database.createObjectStore('keys');
  }
});

const keys: KeyStore = {
  get: (key) => tablet.run((database) => database.get('keys', key)),
  put: (key, value) => write((store) => store.put(value, key)),
  delete: (key) => write((store) => store.delete(key)),
  putOnce: (key, value) =>
    tablet.run(async (database) => {
      const transaction = database.transaction('keys', 'readwrite', { durability: 'strict' });
      const known = await transaction.store.get(key);
      if (known === undefined) await transaction.store.put(value, key);
      await transaction.done;
      return known ?? value;
    }),
};

async function write(
  work: (store: {
    put(value: unknown, key: string): Promise<unknown>;
    delete(key: string): Promise<unknown>;
  }) => Promise<unknown>,
): Promise<void> {
  await tablet.run(async (database) => {
    const transaction = database.transaction('keys', 'readwrite', { durability: 'strict' });
    await work(transaction.store);
    await transaction.done;
  });
}

let device_key: Promise<DeviceKey> | null = null;

/** This tablet's own key, made once. */
export function tabletKey(): Promise<DeviceKey> {
  device_key ??= openDeviceKey(mirrorKeys(keys, 'tablet')).catch((cause) => {
    device_key = null;
    throw cause;
  });
  return device_key;
}
