import type { DeviceKey } from './device_key.ts';
import type { Bytes, KeyStore } from './key_store.ts';
import { type PinShape, unwrapWithPin, wrapWithPin } from './pin.ts';

const NAME = 'reading_key';

/** The profile key as it lies on the disk for reading: wrapped by the device key, around the PIN's wrapping if there is one. */
export type ReadingKey =
  | { readonly how: 'device'; readonly wrapped: Bytes }
  | ({ readonly how: 'pin'; readonly wrapped: Bytes } & PinShape)
  | { readonly how: 'destroyed' };

export async function findReadingKey(store: KeyStore): Promise<ReadingKey | undefined> {
  return (await store.get(NAME)) as ReadingKey | undefined;
}

/** Gives what stands: another tab may have been first. */
export async function beginReadingKey(
  store: KeyStore,
  device_key: DeviceKey,
  secret: Bytes,
): Promise<ReadingKey> {
  const wrapped = await device_key.wrap(secret);
  return (await store.putOnce(NAME, { how: 'device', wrapped })) as ReadingKey;
}

export async function keepWithoutPin(
  store: KeyStore,
  device_key: DeviceKey,
  secret: Bytes,
): Promise<void> {
  await store.put(NAME, { how: 'device', wrapped: await device_key.wrap(secret) });
}

export async function keepWithPin(
  store: KeyStore,
  device_key: DeviceKey,
  secret: Bytes,
  pin: string,
): Promise<void> {
  const { wrapped, ...shape } = await wrapWithPin(pin, secret);
  await store.put(NAME, { how: 'pin', ...shape, wrapped: await device_key.wrap(wrapped) });
}

/** Where it was cleared from the disk. Gives what stands. */
export async function keepReadingAgain(store: KeyStore, kept: ReadingKey): Promise<ReadingKey> {
  return (await store.putOnce(NAME, kept)) as ReadingKey;
}

export async function destroyReadingKey(store: KeyStore): Promise<void> {
  await store.put(NAME, { how: 'destroyed' } satisfies ReadingKey);
}

/** wrong_pin: the device key fits and the PIN does not. gone: nothing on this tablet opens it any more. */
export async function unwrapReadingKey(
  device_key: DeviceKey,
  kept: ReadingKey,
  pin: string | null,
): Promise<Bytes | 'wrong_pin' | 'gone'> {
  if (kept.how === 'destroyed') return 'gone';
  const inside = await device_key.unwrap(kept.wrapped);
  if (!inside) return 'gone';
  if (kept.how === 'device') return inside;
  return (pin !== null && (await unwrapWithPin(pin, kept, inside))) || 'wrong_pin';
}
