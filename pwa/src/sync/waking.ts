import type { Woken } from '../machine/effect.ts';

export interface Waking {
  wait(ms: number, hears_taps: boolean): Promise<Woken>;
  nudge(): void;
  tapped(): void;
}

/** Waits that end early. What happens while nobody waits is remembered for the next wait. */
export function listenForWaking(): Waking {
  let is_nudged = false;
  let is_tapped = false;
  let waiting: ((woken: Woken) => void) | null = null;
  let hears = true;

  const look = () => {
    if (!waiting) return;
    if (is_nudged) waiting('nudged');
    else if (is_tapped && hears) waiting('tapped');
  };
  return {
    wait(ms, hears_taps) {
      return new Promise((resolve) => {
        const timer = setTimeout(() => end('elapsed'), ms);
        const end = (woken: Woken) => {
          clearTimeout(timer);
          waiting = null;
          // The round that follows sees to whatever was tapped until now.
          if (woken === 'nudged') is_nudged = false;
          if (woken !== 'elapsed' || !hears_taps) is_tapped = false;
          resolve(woken);
        };
        waiting = end;
        hears = hears_taps;
        look();
      });
    },
    nudge() {
      is_nudged = true;
      look();
    },
    tapped() {
      is_tapped = true;
      look();
    },
  };
}

/** `navigator.onLine` is not believed; these are only good moments to try. */
export function listenToPage(listener: () => void): () => void {
  if (typeof window === 'undefined') return () => undefined;
  const onVisible = () => {
    if (document.visibilityState === 'visible') listener();
  };
  const moments = ['online', 'offline', 'focus', 'pageshow'];
  for (const moment of moments) window.addEventListener(moment, listener);
  document.addEventListener('visibilitychange', onVisible);
  return () => {
    for (const moment of moments) window.removeEventListener(moment, listener);
    document.removeEventListener('visibilitychange', onVisible);
  };
}
