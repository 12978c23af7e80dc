import type { SealedKey } from '../machine/effect.ts';
import { writeBase64 } from './base64.ts';
import type { Bytes, KeyStore } from './key_store.ts';

const NAME = 'sealed_key';

/** What the server hands out at enrolment and hello. */
export interface OrganisationKey {
  readonly key_id: string;
  readonly jwk: JsonWebKey;
}

export async function findSealedKey(store: KeyStore): Promise<SealedKey | null> {
  return ((await store.get(NAME)) as SealedKey | undefined) ?? null;
}

/** Where it was cleared from the disk. */
export async function keepSealedAgain(store: KeyStore, sealed: SealedKey): Promise<void> {
  await store.putOnce(NAME, sealed);
}

/** The profile key, so that only the organisation's server can open it; lies beside the data for ever. */
export async function keepSealedKey(
  store: KeyStore,
  secret: Bytes,
  { key_id, jwk }: OrganisationKey,
): Promise<void> {
  const { kty, n, e } = jwk;
  const public_key = await crypto.subtle.importKey(
    'jwk',
    { kty, n, e } as JsonWebKey,
    { name: 'RSA-OAEP', hash: 'SHA-256' },
    false,
    ['encrypt'],
  );
  const sealed = await crypto.subtle.encrypt({ name: 'RSA-OAEP' }, public_key, secret);
  const sealed_key = writeBase64(new Uint8Array(sealed));
  await store.put(NAME, { key_id, sealed_key } satisfies SealedKey);
}
