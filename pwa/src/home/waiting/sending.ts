import type { SyncStatus } from '../../sync/status.ts';

/** One "Send now", from the tap to the end of the round that it began. */
export interface Sending {
  readonly of: number;
  readonly began_ms: number;
  readonly has_begun: boolean;
  readonly is_over: boolean;
}

export function waitingCount({ on_tablet, photos_waiting }: SyncStatus): number {
  return on_tablet + photos_waiting;
}

export function beginSending(status: SyncStatus, now_ms: number): Sending {
  return { of: waitingCount(status), began_ms: now_ms, has_begun: false, is_over: false };
}

/** What is tapped meanwhile is sent, too. */
export function followSending(sending: Sending, status: SyncStatus): Sending {
  const has_begun = sending.has_begun || status.is_sending;
  const is_over = sending.is_over || (has_begun && !status.is_sending);
  return { ...sending, has_begun, is_over, of: Math.max(sending.of, waitingCount(status)) };
}

export interface Progress {
  readonly n: number;
  readonly of: number;
  /** null: not known yet, or not worth saying. */
  readonly left_ms: number | null;
}

const WORTH_SAYING_MS = 10_000;

export function progressOf(sending: Sending, status: SyncStatus, now_ms: number): Progress {
  const { of, began_ms } = sending;
  const n = of - waitingCount(status);
  const left_ms = n > 0 ? ((now_ms - began_ms) / n) * (of - n) : 0;
  return { n, of, left_ms: left_ms >= WORTH_SAYING_MS ? left_ms : null };
}

export type Outcome = 'all_sent' | 'offline' | 'sign_in' | 'some_left';

export function outcomeOf(status: SyncStatus): Outcome {
  if (waitingCount(status) === 0) return 'all_sent';
  if (status.network === 'offline') return 'offline';
  return status.network === 'sign-in' ? 'sign_in' : 'some_left';
}
