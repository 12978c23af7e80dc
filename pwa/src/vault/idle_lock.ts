export const IDLE_MS = 10 * 60_000;

export interface IdleState {
  readonly last_active_at: number;
  /** The time came during a visit: it locks when the visit is left. */
  readonly is_due: boolean;
}

export type IdleEvent = 'touched' | 'looked' | 'left_capture';

/** Wall time, which goes on while the tablet sleeps. A clock that was set back counts as idle. */
export function judgeIdle(
  state: IdleState,
  event: IdleEvent,
  now_ms: number,
  is_capturing: boolean,
): { state: IdleState; locks: boolean } {
  const away = now_ms - state.last_active_at;
  const is_due = state.is_due || away >= IDLE_MS || away < -IDLE_MS;
  if (is_due && !is_capturing) {
    return { state: { last_active_at: now_ms, is_due: false }, locks: true };
  }
  const last_active_at = event === 'touched' ? now_ms : state.last_active_at;
  return { state: { last_active_at, is_due }, locks: false };
}

export interface IdleLock {
  /** Somebody works in this browser, though not in the app. */
  touched(): void;
  /** On every change of screen: a lock that came due during the visit is made up for. */
  moved(): void;
  /** "Lock now", in the other tabs of this account too. */
  lockNow(): void;
  stop(): void;
}

export interface IdlePorts {
  /** The document. */
  readonly page: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
  readonly now: () => number;
  readonly is_capturing: () => boolean;
  readonly lock: () => void;
  /** A BroadcastChannel of this account. Touching one tab keeps the others open; locking one locks all. */
  readonly channel: {
    postMessage(said: 'touched' | 'lock'): void;
    onmessage: ((message: MessageEvent) => void) | null;
  } | null;
}

const LOOK_EVERY_MS = 15_000;
const TELL_EVERY_MS = 5_000;
const TOUCHES = ['pointerdown', 'keydown'] as const;

/** Watches one page while its vault has a PIN and is open. */
export function watchIdle(ports: IdlePorts): IdleLock {
  let state: IdleState = { last_active_at: ports.now(), is_due: false };
  let told_at = 0;
  const hear = (event: IdleEvent) => {
    const judged = judgeIdle(state, event, ports.now(), ports.is_capturing());
    state = judged.state;
    if (judged.locks) ports.lock();
  };
  const touch = () => {
    hear('touched');
    if (ports.now() - told_at < TELL_EVERY_MS) return;
    told_at = ports.now();
    ports.channel?.postMessage('touched');
  };
  const look = () => hear('looked');
  const lockHere = () => {
    state = { ...state, is_due: true };
    look();
  };

  if (ports.channel) {
    ports.channel.onmessage = ({ data }) => (data === 'lock' ? lockHere() : hear('touched'));
  }
  for (const name of TOUCHES) ports.page.addEventListener(name, touch, { capture: true });
  ports.page.addEventListener('visibilitychange', look);
  const timer = setInterval(look, LOOK_EVERY_MS);

  return {
    touched: () => hear('touched'),
    moved: () => hear('left_capture'),
    lockNow() {
      ports.channel?.postMessage('lock');
      lockHere();
    },
    stop() {
      clearInterval(timer);
      ports.page.removeEventListener('visibilitychange', look);
      for (const name of TOUCHES) ports.page.removeEventListener(name, touch, { capture: true });
      if (ports.channel) ports.channel.onmessage = null;
    },
  };
}
