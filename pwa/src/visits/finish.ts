import type { ClockReading } from '../entry/clock.ts';
import type { Entry } from '../entry/entry.ts';
import { is_evidence } from '../entry/kinds.ts';
import type { Covers } from '../observation/view.ts';

/**
 * The end of a visit, with all that its author was shown: her other tablet's entries are covered,
 * and an end that is known already is replaced, so that two taps or two tablets make one end.
 */
export function finishDraft(
  entries: readonly Entry[],
  ended_at: string,
  now: ClockReading,
): { payload: { ended_at: string; covers: Covers[] }; replaces: string[] } {
  const ends = entries.filter((entry) => entry.kind === 'observation.finished');
  return {
    payload: { ended_at, covers: coversOf(entries, now) },
    replaces: ends.map((entry) => entry.entry_id),
  };
}

/** What was shown: every clock session among the entries, and how far. */
export function coversOf(entries: readonly Entry[], now: ClockReading): Covers[] {
  const through = new Map<string, Covers>();
  for (const { clock_session_id, elapsed_ms } of entries) {
    const known = through.get(clock_session_id);
    through.set(clock_session_id, {
      clock_session_id,
      through_ms: Math.max(known?.through_ms ?? 0, elapsed_ms),
      count: (known?.count ?? 0) + 1,
    });
  }
  const current = through.get(now.clock_session_id);
  if (current) current.through_ms = Math.max(current.through_ms, now.elapsed_ms);
  return [...through.values()];
}

/** When the last mark was made, or the start where there is none. */
export function lastTapAt(entries: readonly Entry[]): string | null {
  const times = entries
    .filter((entry) => is_evidence(entry.kind) || entry.kind === 'observation.started')
    .map((entry) => entry.entered_at);
  return times.sort((one, other) => Date.parse(one) - Date.parse(other)).at(-1) ?? null;
}

const FORGOTTEN_MS = 20 * 60_000;

/** Nobody taps for twenty minutes in a visit that goes on. */
export function is_forgotten(last_tap_at: string, now_ms: number): boolean {
  return now_ms - Date.parse(last_tap_at) > FORGOTTEN_MS;
}
