/**
 * How long a tablet may show what came from the server without hearing from it. Capture and delivery do not
 * ask. Times are the tablet's own wall clock, in ms.
 */
export interface Lease {
  /** When the server last said that this person may read. */
  readonly last_authorised_at: number;
  /** The latest time this tablet's clock has shown since then. */
  readonly highest_wall_ms: number;
}

export type Reading = 'open' | 'lease-ended';

const DAY_MS = 86_400_000;
export const LEASE_MS = 14 * DAY_MS;
/** Smaller steps back are a clock being put right. */
export const MAY_GO_BACK_MS = 3_600_000;

/** After an authorised contact: from this moment of this clock on, whatever it showed before. */
export function renewLease(wall_ms: number): Lease {
  return { last_authorised_at: wall_ms, highest_wall_ms: wall_ms };
}

/** To be kept whenever it is asked, so that a clock that is set back does not lengthen it. */
export function lookAtClock(lease: Lease, wall_ms: number): Lease {
  const highest_wall_ms = Math.max(lease.highest_wall_ms, wall_ms);
  return highest_wall_ms === lease.highest_wall_ms ? lease : { ...lease, highest_wall_ms };
}

/** `null`: there was no contact yet, so there is nothing of the server's to read. */
export function judgeLease(lease: Lease | null, wall_ms: number): Reading {
  if (!lease) return 'lease-ended';
  const { last_authorised_at, highest_wall_ms } = lookAtClock(lease, wall_ms);
  const is_set_back = wall_ms < highest_wall_ms - MAY_GO_BACK_MS;
  const is_over = highest_wall_ms - last_authorised_at > LEASE_MS;
  return is_set_back || is_over ? 'lease-ended' : 'open';
}
