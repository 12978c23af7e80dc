import * as crypto from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Effect, Kept, KeptBytes, SealedKey } from '../../../../pwa/src/machine/effect.ts';
import type { Chance } from './chance.ts';

interface Pair {
  readonly private_key: crypto.KeyObject;
  readonly public_key: { kty: string; crv: string; x: string; y: string };
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Made once: a key for each stream would cost more than the rest of a schedule. Keys are drawn without repetition. */
const PAIRS: Pair[] = [];
let next_pair = 0;

export function rewindKeys(): void {
  next_pair = 0;
}

function takePair(): Pair {
  const place = next_pair++;
  PAIRS[place] ??= makePair();
  return PAIRS[place] as Pair;
}

function makePair(): Pair {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  return { private_key: privateKey, public_key: { kty, crv, x, y } as Pair['public_key'] };
}

/** A key in the hand of a script: opaque, and storable like a CryptoKey. */
class KeyInHand {
  readonly key: crypto.KeyObject;

  constructor(key: crypto.KeyObject) {
    this.key = key;
    Object.freeze(this);
  }
}

/** What a browser does besides storing and sending. Without a profile key, texts are kept as they are. */
export class Platform {
  readonly #chance: Chance;
  profile_key: Uint8Array<ArrayBuffer> | null = null;
  is_locked = false;
  sealed_key: SealedKey | null = null;
  /** Whether the ballast is given up when the tablet is full; set by the profile, whose disk it is. */
  makeRoom: () => boolean = () => false;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  answer(effect: Extract<Effect, { port: 'platform' }>): unknown {
    switch (effect.ask) {
      case 'make_key': {
        const { private_key, public_key } = takePair();
        return { private_key: new KeyInHand(private_key), public_key };
      }
      case 'sign':
        return crypto
          .sign('sha256', Buffer.from(effect.text), {
            key: (effect.key as KeyInHand).key,
            dsaEncoding: 'ieee-p1363',
          })
          .toString('base64url');
      case 'gzip':
        return new Uint8Array(gzipSync(effect.text, { level: 1 }));
      case 'seal':
        return effect.texts.map((text) => this.#seal(text));
      case 'open':
        if (this.is_locked) return 'locked';
        return effect.kept.map((kept) => this.#open(kept));
      case 'seal_bytes':
        return this.#sealBytes(effect.bytes);
      case 'open_bytes':
        return this.#openBytes(effect.kept);
      case 'sealed_key':
        return this.sealed_key;
      case 'seal_to':
        return undefined;
      case 'vault_state':
        return this.is_locked ? 'locked' : 'open';
      case 'keep_key':
        return true;
      case 'make_room':
        return this.makeRoom();
    }
  }

  /** With this key everything is sealed from now on; `organisation_key` as the server hands it out. */
  beginSealing(organisation_key: { key_id: string; jwk: crypto.JsonWebKey }): void {
    this.profile_key = this.#chance.bytes(32);
    const key = crypto.createPublicKey({ key: organisation_key.jwk, format: 'jwk' });
    const options = { key, padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    const sealed_key = crypto.publicEncrypt(options, this.profile_key).toString('base64');
    this.sealed_key = { key_id: organisation_key.key_id, sealed_key };
  }

  #sealBytes(bytes: ArrayBuffer): KeptBytes {
    return this.profile_key ? this.#encrypt(this.profile_key, Buffer.from(bytes)) : bytes;
  }

  #openBytes(kept: KeptBytes): ArrayBuffer | null | 'locked' {
    if (kept instanceof ArrayBuffer) return kept;
    if (this.is_locked) return 'locked';
    const opened = this.#decrypt(kept);
    return opened && new Uint8Array(opened).buffer;
  }

  #seal(text: string): Kept {
    return this.profile_key ? this.#encrypt(this.profile_key, Buffer.from(text)) : text;
  }

  #encrypt(key: Uint8Array, plain: Buffer): Uint8Array<ArrayBuffer> {
    const iv = this.#chance.bytes(IV_BYTES);
    const cipher = crypto.createCipheriv('aes-256-gcm', key, iv);
    const sealed = [iv, cipher.update(plain), cipher.final()];
    return new Uint8Array(Buffer.concat([...sealed, cipher.getAuthTag()]));
  }

  #open(kept: Kept): string | null {
    return typeof kept === 'string' ? kept : (this.#decrypt(kept)?.toString() ?? null);
  }

  #decrypt(kept: Uint8Array): Buffer | null {
    if (!this.profile_key) return null;
    if (kept.byteLength < IV_BYTES + TAG_BYTES) return null;
    const cipher = crypto.createDecipheriv(
      'aes-256-gcm',
      this.profile_key,
      kept.subarray(0, IV_BYTES),
    );
    cipher.setAuthTag(kept.subarray(-TAG_BYTES));
    try {
      const opened = cipher.update(kept.subarray(IV_BYTES, -TAG_BYTES));
      return Buffer.concat([opened, cipher.final()]);
    } catch {
      return null;
    }
  }
}
