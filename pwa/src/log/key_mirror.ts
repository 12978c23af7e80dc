import type { KeyStore } from '../vault/key_store.ts';
import { can_copy, type Keys, openCopy } from './key_copy.ts';

/**
 * Keys lie in IndexedDB and, once more, in the private file system beside the second journal: without them the
 * journal could not be read where IndexedDB was lost. So that they can be copied, keys are bytes here and not
 * CryptoKeys (docs/decisions/0009-keys-lie-twice.md).
 */
export function mirrorKeys(store: KeyStore, name: string): KeyStore {
  if (!can_copy()) return store;
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
      if (copied && is_behind(copied, key, known)) {
        await copy.change((all) => (is_behind(all, key, known) ? { ...all, [key]: known } : all));
      }
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

/** The copy lacks it, or still has what was destroyed. */
function is_behind(copied: Keys, key: string, known: unknown): boolean {
  return !(key in copied) || (is_destroyed(known) && !is_destroyed(copied[key]));
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
