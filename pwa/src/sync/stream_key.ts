import { readMeta, writeMetaOnce } from '../log/meta.ts';
import { makeKey } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';

export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
}

/** Proves the device, not the person, and never expires for delivering. All streams of a profile have it. */
export interface StreamKey {
  readonly private_key: unknown;
  readonly public_key: PublicKey;
}

/** Made once. Some iOS builds cannot store a CryptoKey: the platform then writes it out. */
export function* openStreamKey(): Script<StreamKey> {
  const known = yield* readMeta<StreamKey>('stream_key');
  if (known) return known;
  return yield* writeMetaOnce('stream_key', (yield* makeKey()) as StreamKey);
}
