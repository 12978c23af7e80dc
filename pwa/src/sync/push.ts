import * as v from 'valibot';
import { writeTime } from '../entry/clock.ts';
import type { UnsentEntry } from '../log/log.ts';
import { type Answer, Interrupted } from './answer.ts';
import { askSigned, type Conversation, type Limits } from './conversation.ts';
import { compress } from './gzip.ts';
import { reconcile } from './reconcile.ts';

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
  changes_waiting: v.boolean(),
  server_epoch: v.string(),
});
type Pushed = v.InferOutput<typeof PUSHED>;

interface Batch {
  readonly count: number;
  readonly last_seq: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Sends what has no check yet, batch by batch, until nothing is left or an answer stays away. */
export async function pushEntries(talk: Conversation): Promise<boolean> {
  for (;;) {
    const batch = await gatherBatch(talk);
    if (!batch) return true;
    const pushed = await sendBatch(talk, batch);
    if (!pushed) continue;
    if (pushed.fork) {
      talk.attention = { code: 'stream-forked', text: null };
      return false;
    }
    if (!(await reconcile(talk, pushed, false))) return false;
    talk.has_changes_waiting ||= pushed.changes_waiting;
    if (pushed.acknowledged_through < batch.last_seq) return standStill(talk);
    talk.batch_size = Math.ceil(talk.batch_size * 1.25);
  }
}

/** null: it was too much at once, the next batch is smaller. */
async function sendBatch(talk: Conversation, batch: Batch): Promise<Pushed | null> {
  const answer: Answer<Pushed> = await askSigned(talk, {
    path: '/api/v1/sync/push',
    method: 'POST',
    schema: PUSHED,
    timeout_ms: 30_000,
    headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
    body: batch.bytes,
  });
  if (answer.outcome === 'answered') return answer.body;
  const is_too_much = answer.outcome === 'smaller';
  if (is_too_much || (answer.outcome === 'retry' && answer.reason === 'time-out')) {
    talk.batch_size = Math.max(1, Math.floor(batch.count / 2));
    if (is_too_much && batch.count > 1) return null;
  }
  throw new Interrupted(answer);
}

async function gatherBatch(talk: Conversation): Promise<Batch | null> {
  const { max_bytes, max_entries } = limitsOf(talk);
  talk.batch_size = Math.min(talk.batch_size, max_entries);
  let entries = await talk.log.unsent(talk.batch_size);
  for (;;) {
    const last = entries.at(-1);
    if (!last) return null;
    const bytes = await compress(writeBatch(talk, entries));
    if (bytes.byteLength <= max_bytes || entries.length === 1) {
      return { count: entries.length, last_seq: last.stream_seq, bytes };
    }
    entries = entries.slice(0, Math.ceil(entries.length / 2));
  }
}

export function writeBatch(
  talk: Pick<Conversation, 'ports' | 'round_trip_ms'>,
  entries: readonly UnsentEntry[],
): string {
  const clock = talk.ports.readClock();
  return JSON.stringify({
    stream_id: entries[0]?.stream_id,
    from_seq: entries[0]?.stream_seq,
    clock: {
      device_wall: writeTime(clock.wall_ms, clock.offset_minutes),
      device_elapsed_ms: clock.elapsed_ms,
      clock_session_id: clock.clock_session_id,
      round_trip_ms: talk.round_trip_ms,
    },
    bodies: entries.map((entry) => entry.body),
  });
}

/** The server's mark stands before what it was just given: ask anew where it stands. */
function standStill(talk: Conversation): boolean {
  talk.limits = null;
  talk.attention = { code: 'no-progress', text: null };
  return false;
}

function limitsOf(talk: Conversation): Limits {
  return talk.limits ?? { max_entries: 1_000, max_bytes: 262_144 };
}
