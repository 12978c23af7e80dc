const NAME = 'noticing pages';
const TELL_EVERY_MS = 5_000;
const TOUCHES = ['pointerdown', 'keydown'] as const;

/**
 * On a page of the server: who works on it is not away, and her app in another tab does not lock meanwhile. Where
 * nobody is signed in, nothing is said.
 */
export function tellTouches(
  page: Pick<EventTarget, 'addEventListener'>,
  person_id: string | undefined,
): void {
  if (!person_id || typeof BroadcastChannel !== 'function') return;
  const channel = new BroadcastChannel(NAME);
  let told_at = 0;
  const tell = () => {
    const now = Date.now();
    if (Math.abs(now - told_at) < TELL_EVERY_MS) return;
    told_at = now;
    channel.postMessage({ touched_by: person_id });
  };
  for (const name of TOUCHES) page.addEventListener(name, tell, { capture: true });
}

/** Only her own. Gives the way to stop. */
export function hearTouches(person_id: string, onTouch: () => void): () => void {
  if (typeof BroadcastChannel !== 'function') return () => undefined;
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }) => {
    if (data?.touched_by === person_id) onTouch();
  };
  return () => channel.close();
}
