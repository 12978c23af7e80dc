const WAIT_MS = 60_000;

/**
 * Keeps two tabs from sending the same at once; it only saves work. A tab that was frozen
 * with the lock in its hand loses it after a minute.
 */
export async function withLock<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (!locks) return work();
  let running: Promise<Result> | null = null;
  const begin = () => {
    running = work();
    return running;
  };
  try {
    return await locks.request(name, { signal: AbortSignal.timeout(WAIT_MS) }, begin);
  } catch (cause) {
    // Stolen from us in the middle: what we began still ends.
    if (running) return running;
    if (!(cause instanceof DOMException)) throw cause;
    return locks.request(name, { steal: true }, begin).catch((stolen) => {
      if (running) return running;
      throw stolen;
    });
  }
}
