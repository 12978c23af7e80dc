import { readStream } from '../log/read.ts';
import type { StreamRow } from '../log/stores.ts';
import { begin, endOf } from '../machine/ask.ts';
import type { Begun, Script } from '../machine/effect.ts';
import { type Answer, Interrupted, LONG_MS } from './answer.ts';
import { type Alone, type Batch, gatherBatch, gatherNext, grow, markOf } from './batch.ts';
import { Delivery, NotTaken } from './behind.ts';
import { askSigned, type Conversation } from './conversation.ts';
import { judgeAnswer } from './on_the_way.ts';
import { sendInPieces } from './pieces.ts';
import { PUSHED, type Pushed } from './pushed.ts';
import { firstClosed, standStill, takeAnswer } from './taken.ts';

/**
 * Sends what has no check yet, batch by batch, until nothing is left or an answer stays away. What does not get
 * through waits alone.
 */
export function* pushEntries(talk: Conversation, { stream_id }: StreamRow): Script<boolean> {
  const delivery = yield* new Delivery(talk, stream_id).begin();
  for (;;) {
    const stream = yield* readStream(stream_id);
    // Left meanwhile: what it held goes out in another.
    if (stream?.retired === 'forked') return false;
    if (!stream || stream.acknowledged_through >= stream.last_seq) return true;
    const run = delivery.next(stream);
    if (run === null) return delivery.end();
    const wanted = { ...run, repairs: false };
    const batch = yield* gatherBatch(talk, stream_id, markOf(stream), wanted);
    if (batch === null) return true;
    if ('closed' in batch) {
      delivery.noteClosed(batch.closed);
      continue;
    }
    let sent: Sent;
    try {
      sent = yield* sendInTurn(talk, stream, batch);
    } catch (cause) {
      delivery.refuse(cause);
      continue;
    }
    const { pushed, batch: last } = sent;
    if (!pushed) continue;
    if (!(yield* takeAnswer(talk, stream, pushed, last))) return false;
    if (is_behind_itself(pushed, last)) return standStill(talk, stream_id);
    delivery.noteTaken();
    const taken = firstClosed(pushed, last) - 1;
    if (pushed.acknowledged_through < taken) delivery.noteThere(last.from_seq, taken);
    talk.batch_size = grow(talk.batch_size);
  }
}

/** The server's mark stands before what it had, or before what it was given next to it. */
function is_behind_itself(pushed: Pushed, batch: Batch): boolean {
  const { acknowledged_through: through } = pushed;
  const is_next = batch.from_seq === batch.before.through + 1;
  return through < (is_next ? firstClosed(pushed, batch) - 1 : batch.before.through);
}

interface Sent {
  readonly batch: Batch;
  readonly pushed: Pushed | null;
}

/**
 * While a batch is on its way the next one is made ready, and as long as each answer is as expected that one
 * goes out before the answer is written down. Gives the last one sent and its answer, not yet taken.
 */
function* sendInTurn(talk: Conversation, stream: StreamRow, first: Batch): Script<Sent> {
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

/** null: it was too much at once; look again what is left. Throws NotTaken where others may get through. */
export function* sendBatch(
  talk: Conversation,
  stream: StreamRow,
  batch: Batch,
): Script<Pushed | null> {
  const reply: Answer<Pushed> = yield* askSigned(talk, stream, {
    path: '/api/v1/sync/push',
    method: 'POST',
    schema: PUSHED,
    timeout_ms: LONG_MS,
    headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
    body: batch.bytes,
  });
  if (reply.outcome === 'answered') return reply.body;
  const answer = yield* judgeAnswer(talk, stream, reply, batch);
  if (answer === 'there') return null;
  const is_too_much = is_about_the_content(answer);
  // Of none of them: not one by one.
  if (answer.outcome === 'refused' && answer.code === 'seal-unknown') {
    throw new NotTaken(answer, batch);
  }
  if (is_too_much || (answer.outcome === 'retry' && answer.reason === 'time-out')) {
    talk.batch_size = Math.max(1, Math.floor(batch.count / 2));
    if (is_too_much && batch.count > 1) return null;
  }
  if (is_too_much && batch.alone) return yield* sendAlone(talk, stream, batch, batch.alone);
  throw new Interrupted(answer);
}

/** It does not get through as the others do, though hello does: in pieces, so that the rest can go on. */
function* sendAlone(
  talk: Conversation,
  stream: StreamRow,
  batch: Batch,
  alone: Alone,
): Script<Pushed | null> {
  try {
    return yield* sendInPieces(talk, stream, batch.from_seq, alone);
  } catch (cause) {
    if (!(cause instanceof Interrupted)) throw cause;
    const answer = yield* judgeAnswer(talk, stream, cause.answer, batch);
    if (answer === 'there') return null;
    if (!is_about_the_content(answer)) throw cause;
    throw new NotTaken(answer, batch);
  }
}

/** What may lie in one of the entries, and not in the stream or the server as a whole. */
function is_about_the_content(answer: Answer<unknown>): boolean {
  if (answer.outcome === 'retry') return answer.is_fault === true;
  if (answer.outcome === 'smaller') return true;
  return (
    answer.outcome === 'refused' && !['stream-unknown', 'signature-wrong'].includes(answer.code)
  );
}
