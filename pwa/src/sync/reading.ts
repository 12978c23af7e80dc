import * as v from 'valibot';
import { readMeta, writeMeta } from '../log/meta.ts';
import type { Script } from '../machine/effect.ts';

/** ended: her role is gone, or this device was revoked. */
export const READING = v.picklist(['open', 'ended']);

/** Whether this person may still read here; capture and delivery go on either way. */
export function* noteReading(reading: 'open' | 'ended' | undefined): Script<void> {
  if (reading && (yield* readMeta('reading')) !== reading) yield* writeMeta('reading', reading);
}
