import type { Kept } from '../machine/effect.ts';
import {
  can_encrypt,
  decrypt,
  encrypt,
  importSecret,
  KEY_BYTES,
  openTexts,
  randomBytes,
  sealTexts,
} from './cipher.ts';
import type { Bytes, KeyStore } from './key_store.ts';

/**
 * One for the tablet. It seals the names of who works here, and wraps the profile keys.
 * hidden: the browser keeps it and does not give it out. written_out: this browser cannot store such a key, so
 * its bytes lie in the storage. none: this browser cannot encrypt, and everything lies in the clear.
 */
export interface DeviceKey {
  readonly kind: 'hidden' | 'written_out' | 'none';
  seal(texts: readonly string[]): Promise<Kept[]>;
  /** null: it cannot be read. */
  open(kept: readonly Kept[]): Promise<(string | null)[]>;
  /** On the disk again where it was cleared. False: another one stands there. */
  keep(): Promise<boolean>;
  wrap(plain: Bytes): Promise<Bytes>;
  /** null: another device key wrapped it. */
  unwrap(wrapped: Bytes): Promise<Bytes | null>;
}

const NAME = 'device_key';
const USES: KeyUsage[] = ['encrypt', 'decrypt'];

export async function openDeviceKey(store: KeyStore): Promise<DeviceKey> {
  if (!can_encrypt()) return IN_THE_CLEAR;
  const kept = (await store.get(NAME)) ?? (await makeKey(store));
  const is_written_out = kept instanceof Uint8Array;
  const key = await readKey(kept);
  return {
    kind: is_written_out ? 'written_out' : 'hidden',
    seal: (texts) => sealTexts(key, texts),
    open: (sealed) => openTexts(key, sealed),
    async keep() {
      const stands = await readKey(await store.putOnce(NAME, kept));
      return (await decrypt(stands, await encrypt(key, PROBE))) !== null;
    },
    wrap: (plain) => encrypt(key, plain),
    unwrap: (wrapped) => decrypt(key, wrapped),
  };
}

const PROBE = new Uint8Array(1);

async function readKey(kept: unknown): Promise<CryptoKey> {
  return kept instanceof Uint8Array ? importSecret(kept as Bytes, USES) : (kept as CryptoKey);
}

/** Gives what stands: another tab may have been first. */
async function makeKey(store: KeyStore): Promise<unknown> {
  const secret = randomBytes(KEY_BYTES);
  try {
    return await store.putOnce(NAME, await importSecret(secret, USES));
  } catch (cause) {
    if (!(cause instanceof DOMException && cause.name === 'DataCloneError')) throw cause;
    return store.putOnce(NAME, secret);
  }
}

const IN_THE_CLEAR: DeviceKey = {
  kind: 'none',
  seal: async (texts) => [...texts],
  open: async (kept) => kept.map((one) => (typeof one === 'string' ? one : null)),
  keep: async () => true,
  wrap: async (plain) => plain,
  unwrap: async () => null,
};
