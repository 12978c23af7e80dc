import type { Ended } from './checker.ts';

/** Clocks are told in whole milliseconds. */
const GRAIN_MS = 2;

/**
 * A corrected time is right within the error that is stated with it. By the wall clock that holds while nobody
 * sets the clock; by the server's own clock, while that is right.
 */
export function checkTimes({ ledger, times, server }: Ended): string[] {
  if (ledger.coverage.server_clock) return [];
  // Of a body that the server's disk has changed, the time may be what was changed.
  const damaged = new Set(server.bodies.flatMap((row) => (row.is_whole ? [] : [row.hash])));
  return [...ledger.taps.values()].flatMap((tap) => {
    const time = times[tap.entry_id];
    if (!time || time.bound === null || damaged.has(tap.hash)) return [];
    if (time.basis === 'wall' && ledger.coverage.tablet_clock) return [];
    const wrong = Math.round(Math.abs(time.at - tap.ringed_at));
    if (wrong <= time.bound + GRAIN_MS) return [];
    const about = `tap ${tap.number} of ${tap.profile.tablet.name}`;
    return [`time: ${about} is ${wrong} ms wrong, stated are ${time.bound} (${time.basis})`];
  });
}
