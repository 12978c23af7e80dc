import * as v from 'valibot';
import { READING } from './reading.ts';

/** The answer to a push, however the entries came. */
export const PUSHED = v.looseObject({
  acknowledged_through: v.number(),
  acknowledged_hash: v.string(),
  set_aside: v.array(
    v.looseObject({
      stream_seq: v.number(),
      entry_id: v.string(),
      code: v.string(),
      text: v.string(),
    }),
  ),
  fork: v.nullable(v.looseObject({ stream_seq: v.number() })),
  unsealable: v.optional(v.array(v.number())),
  wanted_photos: v.optional(v.array(v.string())),
  changes_waiting: v.boolean(),
  server_epoch: v.string(),
  server_time: v.optional(v.string()),
  receipt: v.optional(v.string()),
  reading: v.optional(READING),
});
export type Pushed = v.InferOutput<typeof PUSHED>;
