import { type ClockReading, readClock } from '../entry/clock.ts';
import type { Entry } from '../entry/entry.ts';

/**
 * How long the visit has lasted, from stored times alone: monotonic within the clock session that began
 * it, by the wall clock after a reload or a sleep.
 */
export function elapsedSince(
  started: Pick<Entry, 'clock_session_id' | 'elapsed_ms' | 'occurred_at'>,
  now: ClockReading,
): number {
  if (started.clock_session_id === now.clock_session_id) return now.elapsed_ms - started.elapsed_ms;
  return Math.max(0, now.wall_ms - Date.parse(started.occurred_at));
}

export function elapsedNow(started: Entry | undefined): number {
  return started ? elapsedSince(started, readClock()) : 0;
}
