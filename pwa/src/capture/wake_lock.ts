import { useEffect } from 'preact/hooks';

/** Keeps the screen awake while a visit is on it, where the browser can. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let is_over = false;
    const ask = async () => {
      if (document.visibilityState !== 'visible') return;
      try {
        lock = await navigator.wakeLock?.request('screen');
        if (is_over) await lock?.release();
      } catch {
        // Refused when the battery is low; the tablet then sleeps, and timers go by stored times.
      }
    };
    void ask();
    document.addEventListener('visibilitychange', ask);
    return () => {
      is_over = true;
      document.removeEventListener('visibilitychange', ask);
      void lock?.release();
    };
  }, []);
}
