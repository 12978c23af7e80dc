import { decrypt, encrypt, randomBytes } from './cipher.ts';
import type { Bytes, KeyStore } from './key_store.ts';

export const PIN_LENGTH = { least: 4, most: 8 } as const;
export const MOST_TRIES = 5;

const SALT_BYTES = 16;
const ITERATIONS = 600_000;

/** How a PIN becomes a key; kept beside what it wraps, so that the count can rise later. */
export interface PinShape {
  readonly salt: Bytes;
  readonly iterations: number;
}

export type PinFault = 'too_short' | 'too_long' | 'not_digits' | 'too_easy';

/** null: it may be used. Easy: one digit only, or a run such as 3456 or 9876. */
export function findPinFault(pin: string): PinFault | null {
  if (!/^[0-9]*$/.test(pin)) return 'not_digits';
  if (pin.length < PIN_LENGTH.least) return 'too_short';
  if (pin.length > PIN_LENGTH.most) return 'too_long';
  return [0, 1, -1].some((step) => is_run(pin, step)) ? 'too_easy' : null;
}

function is_run(pin: string, step: number): boolean {
  return [...pin].every((digit, at) => at === 0 || Number(digit) - Number(pin[at - 1]) === step);
}

export async function wrapWithPin(
  pin: string,
  secret: Bytes,
): Promise<PinShape & { wrapped: Bytes }> {
  const shape: PinShape = { salt: randomBytes(SALT_BYTES), iterations: ITERATIONS };
  return { ...shape, wrapped: await encrypt(await deriveKey(pin, shape), secret) };
}

/** null: another PIN wrapped it. */
export async function unwrapWithPin(
  pin: string,
  shape: PinShape,
  wrapped: Bytes,
): Promise<Bytes | null> {
  return decrypt(await deriveKey(pin, shape), wrapped);
}

async function deriveKey(pin: string, { salt, iterations }: PinShape): Promise<CryptoKey> {
  const spoken = new TextEncoder().encode(pin);
  const base = await crypto.subtle.importKey('raw', spoken, 'PBKDF2', false, ['deriveKey']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  const use = { name: 'AES-GCM', length: 256 };
  return crypto.subtle.deriveKey(how, base, use, false, ['encrypt', 'decrypt']);
}

const slotOf = (n: number) => `pin_try_${n}`;
const SLOTS = Array.from({ length: MOST_TRIES }, (_, at) => slotOf(at + 1));

/**
 * A try is written down before it is made, one slot each, so that neither closing the page nor two tabs at
 * once gain one. False: there is none left.
 */
export async function takeTry(store: KeyStore): Promise<boolean> {
  const own = crypto.randomUUID();
  for (const slot of SLOTS) if ((await store.putOnce(slot, own)) === own) return true;
  return false;
}

export async function countTriesLeft(store: KeyStore): Promise<number> {
  const taken = await Promise.all(SLOTS.map((slot) => store.get(slot)));
  return taken.filter((token) => token === undefined).length;
}

export async function giveTriesBack(store: KeyStore): Promise<void> {
  for (const slot of SLOTS) await store.delete(slot);
}
