import { readClock } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import { judgeLease, type Lease, lookAtClock, renewLease } from '../vault/lease.ts';
import { readMeta, writeMeta } from './meta.ts';

/**
 * Whether what came from the server may be shown here. lease: the server was not heard for too long. server: it
 * said that this person reads no more. Capture and delivery never ask.
 */
export type MayRead = 'open' | 'lease' | 'server';

const WORTH_WRITING_MS = 10 * 60_000;

/** Keeps what the clock shows, too, so that setting it back does not lengthen the lease. */
export function* mayRead(): Script<MayRead> {
  const reading = yield* readMeta<string>('reading');
  if (reading === 'ended') return 'server';
  if (reading === 'never') return 'open';
  const lease = yield* findLease();
  // Nothing was ever received.
  if (!lease) return 'open';
  const { wall_ms } = yield* readClock();
  const looked = lookAtClock(lease, wall_ms);
  if (looked.highest_wall_ms - lease.highest_wall_ms >= WORTH_WRITING_MS) {
    yield* writeMeta('lease', looked);
  }
  return judgeLease(looked, wall_ms) === 'open' ? 'open' : 'lease';
}

/** The server answered a session of this person. */
export function* renewReading(): Script<void> {
  const lease = yield* readMeta<Lease>('lease');
  const { wall_ms } = yield* readClock();
  const is_fresh =
    lease !== undefined &&
    judgeLease(lease, wall_ms) === 'open' &&
    Math.abs(wall_ms - lease.last_authorised_at) < WORTH_WRITING_MS;
  if (!is_fresh) yield* writeMeta('lease', renewLease(wall_ms));
}

/** Profiles of the first version know only when they were last in contact. */
function* findLease(): Script<Lease | null> {
  const lease = yield* readMeta<Lease>('lease');
  if (lease) return lease;
  const contact = yield* readMeta<string>('last_contact_at');
  return contact === undefined ? null : renewLease(Date.parse(contact));
}

/** The app was opened with the server's word for who she is; a profile whose PIN failed takes none but her password's. */
export function* noteSession(): Script<void> {
  if ((yield* readMeta<boolean>('password_first')) !== true) yield* renewReading();
}
