import type { Ended } from './checker.ts';

/** 30 days, less what a server's clock may have been wrong when it counted them. */
const EARLIEST_MS = 28 * 24 * 3_600_000;

/** No body leaves a tablet before it has lain on the server for a month; none stands in its log twice. */
export function checkLeaving({ ledger, profiles, spoilt, now }: Ended): string[] {
  return profiles.flatMap((profile) => {
    const left = [...profile.forgotten].filter((entry_id) => !spoilt.has(entry_id));
    const early = left.flatMap((entry_id) => {
      const tap = ledger.taps.get(entry_id);
      return tap && now - tap.ringed_at < EARLIEST_MS ? [tap.number] : [];
    });
    const found = profile.doubled.map((entry_id) => `doubled: ${entry_id} on ${profile.name}`);
    if (early.length > 0) found.push(`forgotten too early: taps ${early} on ${profile.name}`);
    return found;
  });
}
