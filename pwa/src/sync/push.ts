import { nextHeld } from '../log/deliver.ts';
import { declareLost } from '../log/lost.ts';
import { sendAgain } from '../log/photos.ts';
import { readStream } from '../log/read.ts';
import type { OwnRow, StreamRow } from '../log/stores.ts';
import { begin, endOf, vaultState } from '../machine/ask.ts';
import type { Begun, Script } from '../machine/effect.ts';
import { type Answer, Interrupted, LONG_MS } from './answer.ts';
import { type Batch, gatherBatch, gatherNext, grow, markOf } from './batch.ts';
import { askSigned, type Conversation, noteEpoch } from './conversation.ts';
import { sendInPieces } from './pieces.ts';
import { PUSHED, type Pushed } from './pushed.ts';
import { noteReading } from './reading.ts';
import { leaveStream, reconcile } from './reconcile.ts';

/** Sends what has no check yet, batch by batch, until nothing is left or an answer stays away. */
export function* pushEntries(talk: Conversation, { stream_id }: StreamRow): Script<boolean> {
  for (;;) {
    const stream = yield* readStream(stream_id);
    if (!stream || stream.acknowledged_through >= stream.last_seq) return true;
    const first = stream.acknowledged_through + 1;
    const batch = yield* gatherBatch(talk, stream_id, markOf(stream), {
      ...{ first, limit: talk.batch_size, repairs: false },
    });
    if (batch === null) return true;
    if (batch === 'locked') return keepWaiting(talk);
    const { pushed, batch: last } = yield* sendInTurn(talk, stream, batch);
    if (!pushed) continue;
    if (!(yield* takeAnswer(talk, stream, pushed, last))) return false;
    if (pushed.unsealable?.length) continue;
    if (pushed.acknowledged_through < last.last_seq) return standStill(talk, stream_id);
    talk.batch_size = grow(talk.batch_size);
  }
}

/**
 * While a batch is on its way the next one is made ready, and as long as each answer is as expected that one
 * goes out before the answer is written down. Gives the last one sent and its answer, not yet taken.
 */
function* sendInTurn(
  talk: Conversation,
  stream: StreamRow,
  first: Batch,
): Script<{ batch: Batch; pushed: Pushed | null }> {
  let batch = first;
  let sending = yield* begin(sendBatch(talk, stream, batch));
  try {
    for (;;) {
      const next = yield* gatherNext(talk, stream, batch);
      const pushed = yield* endOf(sending);
      if (!next || !pushed || !is_as_expected(talk, batch, pushed)) return { batch, pushed };
      sending = yield* begin(sendBatch(talk, stream, next));
      const is_taken = yield* takeAnswer(talk, stream, pushed, batch);
      talk.batch_size = grow(talk.batch_size);
      batch = next;
      if (!is_taken) return { batch, pushed: yield* endOf(sending) };
    }
  } catch (cause) {
    // Not while one is under way, of which nobody would hear: the next round might send beside it.
    yield* ended(sending);
    throw cause;
  }
}

function* ended(sending: Begun<unknown>): Script<void> {
  try {
    yield* endOf(sending);
  } catch {
    // It is what stopped the sending, or comes too late to matter.
  }
}

function is_as_expected(talk: Conversation, { sealed, after }: Batch, pushed: Pushed): boolean {
  return (
    sealed.length === 0 &&
    pushed.fork === null &&
    pushed.acknowledged_through === after.through &&
    pushed.acknowledged_hash === after.hash &&
    pushed.server_epoch === talk.server_epoch
  );
}

/** Sends first … last once more, to be compared with what lies on the server's disk and mended there. */
export function* repairEntries(
  talk: Conversation,
  stream: StreamRow,
  first: number,
  last: number,
): Script<boolean> {
  let from = first;
  while (from <= last) {
    const held = yield* nextHeld(
      stream.stream_id,
      from,
      Math.min(last, from + talk.batch_size - 1),
    );
    if (held) {
      const wanted = { first: held.from, limit: held.through - held.from + 1, repairs: true };
      const batch = yield* gatherBatch(talk, stream.stream_id, markOf(stream), wanted);
      if (batch === null || batch === 'locked') return false;
      const pushed = yield* sendBatch(talk, stream, batch);
      if (!pushed) continue;
      if (!(yield* takeAnswer(talk, stream, pushed, batch))) return false;
      from = batch.last_seq + 1;
    } else from += talk.batch_size;
  }
  return true;
}

export function* takeAnswer(
  talk: Conversation,
  stream: StreamRow,
  pushed: Pushed,
  batch: Pick<Batch, 'from_seq' | 'last_seq' | 'sealed'> & Partial<Pick<Batch, 'before' | 'after'>>,
): Script<boolean> {
  const { from_seq, last_seq, sealed } = batch;
  yield* noteReading(pushed.reading);
  if (pushed.fork) {
    // It says nothing of what had its check: an older copy of the server may stand there since.
    yield* leaveStream(talk, stream.stream_id);
    return false;
  }
  if (!(yield* reconcile(talk, stream, pushed, [from_seq, last_seq], batch))) return false;
  noteEpoch(talk, pushed.server_epoch);
  if (pushed.wanted_photos?.length) yield* sendAgain(pushed.wanted_photos);
  talk.has_changes_waiting ||= pushed.changes_waiting;
  if (!pushed.unsealable?.length) return true;
  return yield* giveUpUnsealable(talk, stream, sealed, pushed.unsealable);
}

/** The server cannot open them: lost only where nothing on this tablet ever will either. */
function* giveUpUnsealable(
  talk: Conversation,
  { stream_id }: StreamRow,
  sealed: readonly OwnRow[],
  unsealable: readonly number[],
): Script<boolean> {
  const state = yield* vaultState();
  if (state === 'locked') return keepWaiting(talk);
  if (state !== 'ended') return true;
  const judged = sealed.filter((row) => unsealable.includes(row.stream_seq));
  yield* declareLost(
    stream_id,
    judged.map((row) => ({ stream_seq: row.stream_seq, row })),
  );
  return judged.length > 0 || standStill(talk, stream_id);
}

/** null: it was too much at once, or goes another way; look again what is left. */
function* sendBatch(talk: Conversation, stream: StreamRow, batch: Batch): Script<Pushed | null> {
  const answer: Answer<Pushed> = yield* askSigned(talk, stream, {
    path: '/api/v1/sync/push',
    method: 'POST',
    schema: PUSHED,
    timeout_ms: LONG_MS,
    headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
    body: batch.bytes,
  });
  if (answer.outcome === 'answered') return answer.body;
  const is_too_much = answer.outcome === 'smaller' || is_about_the_content(answer);
  if (is_too_much || (answer.outcome === 'retry' && answer.reason === 'time-out')) {
    talk.batch_size = Math.max(1, Math.floor(batch.count / 2));
    if (is_too_much && batch.count > 1) return null;
  }
  // Alone it does not get through, though hello does: in pieces, so that the rest can go on.
  if (is_too_much && batch.only_body !== null) {
    return yield* sendInPieces(talk, stream, batch.from_seq, batch.only_body);
  }
  throw new Interrupted(answer);
}

/** What may lie in one of the entries, and not in the stream or the server as a whole. */
function is_about_the_content(answer: Answer<unknown>): boolean {
  if (answer.outcome === 'retry') return answer.is_fault === true;
  return (
    answer.outcome === 'refused' && !['stream-unknown', 'signature-wrong'].includes(answer.code)
  );
}

/** The server's mark stands before what it was just given: ask anew where it stands. */
function standStill(talk: Conversation, stream_id: string): boolean {
  talk.limits.delete(stream_id);
  talk.attention = { code: 'no-progress', text: null };
  return false;
}

/** Locked, and the organisation's key is not known yet: it goes when somebody unlocks. */
function keepWaiting(talk: Conversation): boolean {
  talk.attention = { code: 'locked', text: null };
  return false;
}
