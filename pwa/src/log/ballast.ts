const NAME = 'noticing-ballast';
const BYTES = 4 * 1024 * 1024;
/** Below this, room is left to the marks. */
const SPARE_BYTES = 100 * 1024 * 1024;

/**
 * A few megabytes that stand for nothing. When the tablet is full they are given up, and thousands of marks
 * still fit. In the cache storage, which gives room back at once; a database does so only when it compacts.
 */
export async function keepBallast(): Promise<void> {
  const storage: StorageManager | undefined = globalThis.navigator?.storage;
  if (!globalThis.caches || !storage?.estimate || (await caches.has(NAME))) return;
  const { usage = 0, quota = 0 } = await storage.estimate();
  if (quota - usage < SPARE_BYTES) return;
  const cache = await caches.open(NAME);
  // Random: what can be squeezed would not take up the room.
  await cache.put('/app/ballast', new Response(randomBytes()));
}

/** null where this browser cannot keep any. */
export async function hasBallast(): Promise<boolean | null> {
  return globalThis.caches && globalThis.navigator?.storage ? caches.has(NAME) : null;
}

/** True where there was some. */
export async function releaseBallast(): Promise<boolean> {
  return globalThis.caches ? caches.delete(NAME) : false;
}

function randomBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(BYTES);
  for (let at = 0; at < BYTES; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}
