import { writeBase64Url } from './base64.ts';
import type { PublicKey, StreamKey } from './stream_key.ts';

const KIND = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** Some iOS builds cannot store a CryptoKey (they throw when it is cloned): there it is written out. */
export async function makeStreamKey(): Promise<StreamKey> {
  const pair = await crypto.subtle.generateKey(KIND, false, ['sign', 'verify']);
  if (can_be_stored(pair.privateKey)) {
    return { private_key: pair.privateKey, public_key: await writePublic(pair.publicKey) };
  }
  const open = await crypto.subtle.generateKey(KIND, true, ['sign', 'verify']);
  const private_key = await crypto.subtle.exportKey('jwk', open.privateKey);
  return { private_key, public_key: await writePublic(open.publicKey) };
}

function can_be_stored(key: CryptoKey): boolean {
  try {
    structuredClone(key);
    return true;
  } catch {
    return false;
  }
}

async function writePublic(key: CryptoKey): Promise<PublicKey> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key);
  return { kty, crv, x, y } as PublicKey;
}

/** base64url of r and s. */
export async function signText(key: CryptoKey | JsonWebKey, text: string): Promise<string> {
  const private_key =
    key instanceof CryptoKey
      ? key
      : await crypto.subtle.importKey('jwk', key, KIND, false, ['sign']);
  const kind = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(kind, private_key, new TextEncoder().encode(text));
  return writeBase64Url(new Uint8Array(signature));
}

export async function compress(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
