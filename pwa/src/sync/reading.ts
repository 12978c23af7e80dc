import * as v from 'valibot';
import { readMeta, writeMeta } from '../log/meta.ts';
import { dropReceived, holdsReceived } from '../log/receive.ts';
import type { Script } from '../machine/effect.ts';

/** ended: her role is gone, or this device was revoked. */
export const READING = v.picklist(['open', 'ended']);

/**
 * Whether this person may still read here. Where not, what came from the server leaves this tablet, but for the
 * protocols, so that a visit that is open goes on; capture and delivery go on either way.
 */
export function* noteReading(reading: 'open' | 'ended' | undefined): Script<void> {
  if (!reading) return;
  const known = yield* readMeta<string>('reading');
  // What she never had is not said to have ended.
  const is_new = known === 'never' || (known === undefined && !(yield* has_fetched()));
  const noted = reading === 'ended' && is_new ? 'never' : reading;
  if (noted === known) return;
  if (noted === 'ended') yield* dropReceived();
  else yield* writeMeta('reading', noted);
}

function* has_fetched(): Script<boolean> {
  return (yield* readMeta('cursor')) !== undefined || (yield* holdsReceived());
}
