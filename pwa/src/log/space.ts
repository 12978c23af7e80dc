/** Far more than a picture takes up: what is left is room for marks. */
export const ROOM_FOR_MARKS_BYTES = 100 * 1024 * 1024;

/** True also where the browser does not say. */
export async function hasRoomForPhoto(): Promise<boolean> {
  const free = await freeBytes();
  return free === null || free >= ROOM_FOR_MARKS_BYTES;
}

export interface Space {
  /** False: the browser may clear this tablet's data when it needs room. */
  readonly is_persisted: boolean;
  readonly used_bytes: number | null;
  readonly quota_bytes: number | null;
}

/** Asks the browser to keep what is stored; not every browser can (WebKitGTK has no `storage`). */
export async function keepSpace(): Promise<Space> {
  const storage: StorageManager | undefined = globalThis.navigator?.storage;
  if (!storage?.persist) return { is_persisted: false, used_bytes: null, quota_bytes: null };
  const is_persisted = await storage.persist();
  const { usage, quota } = await storage.estimate();
  return { is_persisted, used_bytes: usage ?? null, quota_bytes: quota ?? null };
}

/** null where the browser does not say. */
export async function freeBytes(): Promise<number | null> {
  const storage: StorageManager | undefined = globalThis.navigator?.storage;
  if (!storage?.estimate) return null;
  const { usage, quota } = await storage.estimate();
  return usage === undefined || quota === undefined ? null : quota - usage;
}
