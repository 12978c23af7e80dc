import type { Kept } from '../machine/effect.ts';
import type { Bytes } from './key_store.ts';

const IV_BYTES = 12;
export const KEY_BYTES = 32;

/** False in a page that came neither by https nor from localhost. */
export function can_encrypt(): boolean {
  return globalThis.crypto?.subtle !== undefined;
}

export function randomBytes(count: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** It can be used here and not be read out again. */
export function importSecret(secret: Bytes, uses: KeyUsage[]): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', secret, 'AES-GCM', false, uses);
}

/** iv, ciphertext and tag. */
export async function encrypt(key: CryptoKey, plain: Bytes): Promise<Bytes> {
  const iv = randomBytes(IV_BYTES);
  const hidden = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain);
  const sealed = new Uint8Array(IV_BYTES + hidden.byteLength);
  sealed.set(iv);
  sealed.set(new Uint8Array(hidden), IV_BYTES);
  return sealed;
}

/** null: it was sealed with another key, or is damaged. */
export async function decrypt(key: CryptoKey, sealed: Bytes): Promise<Bytes | null> {
  const iv = sealed.subarray(0, IV_BYTES);
  const hidden = sealed.subarray(IV_BYTES);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, hidden));
  } catch {
    return null;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** All at once: the browser works on them side by side. */
export function sealTexts(key: CryptoKey, texts: readonly string[]): Promise<Bytes[]> {
  return Promise.all(texts.map((text) => encrypt(key, encoder.encode(text))));
}

/** What was never sealed comes back as it is. null: it cannot be read. */
export function openTexts(key: CryptoKey, kept: readonly Kept[]): Promise<(string | null)[]> {
  return Promise.all(
    kept.map(async (one) => {
      if (typeof one === 'string') return one;
      const plain = await decrypt(key, one);
      return plain && decoder.decode(plain);
    }),
  );
}
