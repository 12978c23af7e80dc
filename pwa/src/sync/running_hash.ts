import { EMPTY_HASH, writeHex } from '../log/hash.ts';
import type { DeviceLog } from '../log/log.ts';

/** h_n = sha256(h_{n-1} || sha256(body_n)), from `hash` on; everything in hex. */
export async function extendHash(hash: string, body_hashes: readonly string[]): Promise<string> {
  let bytes = readHex(hash);
  for (const body_hash of body_hashes) {
    const joined = new Uint8Array(64);
    joined.set(bytes);
    joined.set(readHex(body_hash), 32);
    bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', joined));
  }
  return writeHex(bytes.buffer);
}

/** This tablet's own running hash over its entries 1 … `through`; null where it has fewer. */
export async function ownHash(log: DeviceLog, through: number): Promise<string | null> {
  const mark = await log.mark();
  if (through > mark.last_seq) return null;
  if (through === mark.acknowledged_through) return mark.acknowledged_hash;
  const is_ahead = through > mark.acknowledged_through;
  const from = is_ahead ? mark.acknowledged_through : 0;
  const hashes = await log.hashes(from + 1, through);
  if (hashes.length !== through - from) return null;
  return extendHash(is_ahead ? mark.acknowledged_hash : EMPTY_HASH, hashes);
}

function readHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}
