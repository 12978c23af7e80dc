import type { KeyStore } from '../../pwa/src/vault/key_store.ts';

/** A disk for keys: what goes in is cloned, as IndexedDB does. */
export interface KeyDisk extends KeyStore {
  readonly rows: Map<string, unknown>;
  /** As on the iOS builds that cannot store a CryptoKey. */
  refuses_keys: boolean;
  /** The tablet as it lies there now, in other hands. */
  copy(): KeyDisk;
}

export function makeKeyDisk(rows = new Map<string, unknown>()): KeyDisk {
  const clone = (value: unknown) => {
    const is_key = value instanceof CryptoKey;
    if (is_key && disk.refuses_keys) throw new DOMException('no key', 'DataCloneError');
    return is_key ? value : structuredClone(value);
  };
  const disk: KeyDisk = {
    rows,
    refuses_keys: false,
    copy: () => makeKeyDisk(new Map(rows)),
    get: async (key) => rows.get(key),
    async put(key, value) {
      rows.set(key, clone(value));
    },
    async putOnce(key, value) {
      if (!rows.has(key)) rows.set(key, clone(value));
      return rows.get(key);
    },
    async delete(key) {
      rows.delete(key);
    },
  };
  return disk;
}
