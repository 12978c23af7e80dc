const NAME = 'noticing pages';
const TELL_EVERY_MS = 5_000;
const TOUCHES = ['pointerdown', 'keydown'] as const;

/** On a page of the server: who works on it is not away, and the app in another tab does not lock meanwhile. */
export function tellTouches(page: Pick<EventTarget, 'addEventListener'>): void {
  if (typeof BroadcastChannel !== 'function') return;
  const channel = new BroadcastChannel(NAME);
  let told_at = 0;
  const tell = () => {
    const now = Date.now();
    if (Math.abs(now - told_at) < TELL_EVERY_MS) return;
    told_at = now;
    channel.postMessage('touched');
  };
  for (const name of TOUCHES) page.addEventListener(name, tell, { capture: true });
}

/** Gives the way to stop. */
export function hearTouches(onTouch: () => void): () => void {
  if (typeof BroadcastChannel !== 'function') return () => undefined;
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = onTouch;
  return () => channel.close();
}
