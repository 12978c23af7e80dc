import { writeHex } from '../log/hash.ts';
import type { Meta } from '../log/log.ts';
import { writeBase64Url } from './ports.ts';

export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
}

/** Proves the device, not the person, and never expires for delivering. */
export interface StreamKey {
  readonly private_key: CryptoKey | JsonWebKey;
  readonly public_key: PublicKey;
}

const KIND = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** The stream's key, made once. Some iOS builds cannot store a CryptoKey: they store it written out. */
export async function openStreamKey(meta: Meta): Promise<StreamKey> {
  const known = (await meta.get('stream_key')) as StreamKey | undefined;
  if (known) return known;
  try {
    return (await meta.putOnce('stream_key', await makeStreamKey(false))) as StreamKey;
  } catch {
    return (await meta.putOnce('stream_key', await makeStreamKey(true))) as StreamKey;
  }
}

async function makeStreamKey(is_written_out: boolean): Promise<StreamKey> {
  const pair = await crypto.subtle.generateKey(KIND, is_written_out, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const private_key = is_written_out
    ? await crypto.subtle.exportKey('jwk', pair.privateKey)
    : pair.privateKey;
  return { private_key, public_key: { kty, crv, x, y } as PublicKey };
}

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly nonce: string;
  /** The bytes as sent, after compression. */
  readonly body: Uint8Array<ArrayBuffer>;
}

export async function signRequest(
  key: StreamKey,
  stream_id: string,
  request: SignedRequest,
): Promise<Record<string, string>> {
  const body_hash = writeHex(await crypto.subtle.digest('SHA-256', request.body));
  const text = `${request.method}\n${request.path}\n${request.nonce}\n${body_hash}`;
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    await readPrivateKey(key),
    new TextEncoder().encode(text),
  );
  return {
    'Noticing-Stream': stream_id,
    'Noticing-Signature': writeBase64Url(new Uint8Array(signature)),
  };
}

async function readPrivateKey({ private_key }: StreamKey): Promise<CryptoKey> {
  if (private_key instanceof CryptoKey) return private_key;
  return crypto.subtle.importKey('jwk', private_key, KIND, false, ['sign']);
}
