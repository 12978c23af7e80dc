import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** The running hash before the first entry. */
export const EMPTY_HASH = '0'.repeat(64);

// Not crypto.subtle: for a few hundred bytes its hop to another thread costs more than the hash itself.

/** SHA-256 of the text's UTF-8 bytes, hex. */
export function hashBody(body: string): string {
  return bytesToHex(sha256(utf8ToBytes(body)));
}

export function hashBytes(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/** h_n = sha256(h_{n-1} || sha256(body_n)), from `hash` on; everything in hex. */
export function extendHash(hash: string, body_hashes: readonly string[]): string {
  const joined = new Uint8Array(64);
  joined.set(hexToBytes(hash));
  for (const body_hash of body_hashes) {
    joined.set(hexToBytes(body_hash), 32);
    joined.set(sha256(joined));
  }
  return bytesToHex(joined.subarray(0, 32));
}

/** XOR of hashes, hex: the same whatever their order. */
export function xorHashes(hashes: readonly string[]): string {
  const sum = new Uint8Array(32);
  for (const hash of hashes) {
    hexToBytes(hash).forEach((byte, place) => {
      sum[place] = (sum[place] as number) ^ byte;
    });
  }
  return bytesToHex(sum);
}
