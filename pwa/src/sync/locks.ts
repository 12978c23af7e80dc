import type { Held } from '../machine/effect.ts';

/** Web Locks in two halves, for scripts; without them (old browsers) every lock is free. */
export function holdLocks() {
  const take = async (name: string, patience_ms: number): Promise<Held> => {
    const locks = globalThis.navigator?.locks as LockManager | undefined;
    if (!locks) return { name, token: () => undefined };
    try {
      return await request(locks, name, { signal: AbortSignal.timeout(patience_ms) });
    } catch (cause) {
      if (!(cause instanceof DOMException)) throw cause;
      // Whoever holds it is frozen, or dead in a way that the browser does not see.
      return request(locks, name, { steal: true });
    }
  };
  return { take, release: (held: Held) => (held.token as () => void)() };
}

function request(locks: LockManager, name: string, options: LockOptions): Promise<Held> {
  return new Promise((resolve, reject) => {
    const hold = () =>
      new Promise<void>((release) => {
        resolve({ name, token: release });
      });
    // Rejects also where somebody steals it later: what we began still ends.
    locks.request(name, options, hold).catch(reject);
  });
}
