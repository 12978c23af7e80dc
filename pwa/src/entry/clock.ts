import { v7 } from 'uuid';

/** One look at the tablet's two clocks. */
export interface ClockReading {
  /** Unix milliseconds of the wall clock. */
  readonly wall_ms: number;
  /** Minutes east of UTC: -300 is "-05:00". */
  readonly offset_minutes: number;
  /** Monotonic milliseconds since the clock session began. */
  readonly elapsed_ms: number;
  readonly clock_session_id: string;
}

export interface ClockSource {
  wall_ms(): number;
  offset_minutes(): number;
  monotonic_ms(): number;
  make_id(): string;
}

const TOLERATED_MS = 1000;

/**
 * Monotonic time stops while a tablet sleeps and the wall clock can be set: when the two
 * disagree by more than a second, a new clock session begins.
 */
export function createClock(source: ClockSource): () => ClockReading {
  let session = begin(source);
  return () => {
    const wall_ms = source.wall_ms();
    const elapsed = source.monotonic_ms() - session.monotonic_ms;
    if (Math.abs(wall_ms - session.wall_ms - elapsed) > TOLERATED_MS) session = begin(source);
    return {
      wall_ms,
      offset_minutes: source.offset_minutes(),
      elapsed_ms: Math.round(source.monotonic_ms() - session.monotonic_ms),
      clock_session_id: session.clock_session_id,
    };
  };
}

function begin(source: ClockSource) {
  return {
    wall_ms: source.wall_ms(),
    monotonic_ms: source.monotonic_ms(),
    clock_session_id: source.make_id(),
  };
}

/** "2026-11-12T09:05:12.345-05:00" */
export function writeTime(wall_ms: number, offset_minutes: number): string {
  const local = new Date(wall_ms + offset_minutes * 60_000).toISOString().slice(0, -1);
  const sign = offset_minutes < 0 ? '-' : '+';
  const away = Math.abs(offset_minutes);
  return `${local}${sign}${twoDigits(Math.floor(away / 60))}:${twoDigits(away % 60)}`;
}

function twoDigits(count: number): string {
  return String(count).padStart(2, '0');
}

// This room has no DOM types on purpose; this member exists in every browser and in Node.
declare const performance: { now(): number };

/** This page's clock: one session a page life, until the two clocks disagree. */
export const readClock: () => ClockReading = createClock({
  wall_ms: () => Date.now(),
  offset_minutes: () => -new Date().getTimezoneOffset(),
  monotonic_ms: () => performance.now(),
  make_id: () => v7(),
});
