import { nextHeld } from '../log/deliver.ts';
import type { StreamRow } from '../log/stores.ts';
import type { Script } from '../machine/effect.ts';
import { gatherBatch, markOf } from './batch.ts';
import { keepWaiting, Refusals } from './behind.ts';
import type { Conversation } from './conversation.ts';
import { sendBatch } from './push.ts';
import { firstClosed, takeAnswer } from './taken.ts';

/**
 * Sends first … last once more, to be compared with what lies on the server's disk and mended there. False where
 * something of it did not get there.
 */
export function* repairEntries(
  talk: Conversation,
  stream: StreamRow,
  first: number,
  last: number,
): Script<boolean> {
  const { stream_id } = stream;
  const refusals = new Refusals();
  let from = first;
  while (from <= last) {
    const through = Math.min(last, from + talk.batch_size - 1);
    const held = yield* nextHeld(stream_id, from, through);
    if (!held) {
      from = through + 1;
      continue;
    }
    const wanted = { first: held.from, limit: held.through - held.from + 1, repairs: true };
    const batch = yield* gatherBatch(talk, stream_id, markOf(stream), wanted);
    if (batch === null) return false;
    if ('closed' in batch) {
      keepWaiting(talk);
      from = batch.closed[1] + 1;
      continue;
    }
    try {
      const pushed = yield* sendBatch(talk, stream, batch);
      if (!pushed) continue;
      if (!(yield* takeAnswer(talk, stream, pushed, batch))) return false;
      from = Math.min(batch.last_seq, firstClosed(pushed, batch)) + 1;
    } catch (cause) {
      refusals.add(cause);
      from = batch.last_seq + 1;
    }
  }
  refusals.tell();
  return true;
}
