import { useEffect, useState } from 'preact/hooks';

/** Draws again every `ms`; what is shown is computed from stored times, so that no tick can be missed. */
export function useTick(ms: number): number {
  const [now_ms, setNow] = useState(() => Date.now());
  useEffect(() => {
    const tick = () => setNow(Date.now());
    const timer = setInterval(tick, ms);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [ms]);
  return now_ms;
}
