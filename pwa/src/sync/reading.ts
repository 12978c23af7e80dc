import * as v from 'valibot';
import { readMeta, writeMeta } from '../log/meta.ts';
import { dropReceived } from '../log/receive.ts';
import type { Script } from '../machine/effect.ts';

/** ended: her role is gone, or this device was revoked. */
export const READING = v.picklist(['open', 'ended']);

/**
 * Whether this person may still read here. Where not, what came from the server leaves this tablet, but for the
 * protocols, so that a visit that is open goes on; capture and delivery go on either way.
 */
export function* noteReading(reading: 'open' | 'ended' | undefined): Script<void> {
  if (!reading || (yield* readMeta('reading')) === reading) return;
  if (reading === 'ended') yield* dropReceived();
  yield* writeMeta('reading', reading);
}
