import { waitingTime } from './backoff.ts';

/** push: what is on this tablet only. all: also fetch what is new. */
export type Want = 'push' | 'all';

export interface Loop {
  /** Runs within `delay_ms`, or sooner if that was planned already. */
  plan(want: Want, delay_ms: number): void;
  stop(): void;
}

const IDLE_MS = 5 * 60_000;
const NEVER = Number.POSITIVE_INFINITY;

/** When to talk. `talk` gives true where all went well; a talk that breaks is tried again like any other. */
export function startLoop(talk: (want: Want) => Promise<boolean>): Loop {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = NEVER;
  let fetch_due = NEVER;
  let failures = 0;
  let is_talking = false;
  let is_stopped = false;

  const plan = (want: Want, delay_ms: number) => {
    const at = performance.now() + delay_ms;
    if (want === 'all') fetch_due = Math.min(fetch_due, at);
    if (is_stopped || at >= due) return;
    due = at;
    clearTimeout(timer);
    // While talking only `due` is kept: the end of the talk plans on from it.
    if (!is_talking) timer = setTimeout(run, delay_ms);
  };
  const run = async () => {
    const want = performance.now() >= fetch_due - 1 ? 'all' : 'push';
    if (want === 'all') fetch_due = NEVER;
    due = NEVER;
    is_talking = true;
    let went_well = false;
    try {
      went_well = await talk(want);
    } catch (cause) {
      console.error(cause);
    } finally {
      is_talking = false;
    }
    failures = went_well ? 0 : failures + 1;
    const asked_meanwhile = due;
    due = NEVER;
    plan('all', went_well ? IDLE_MS : waitingTime(failures, Math.random));
    plan('push', Math.max(0, asked_meanwhile - performance.now()));
  };
  return {
    plan,
    stop() {
      is_stopped = true;
      clearTimeout(timer);
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
