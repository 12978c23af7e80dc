import { writeTime } from '../entry/clock.ts';
import { declareLost, gatherEntries, nextHeld } from '../log/deliver.ts';
import { sendAgain } from '../log/photos.ts';
import { readStream } from '../log/read.ts';
import type { OwnRow, StreamRow } from '../log/stores.ts';
import { gzip, readClock, sealedKey, vaultState } from '../machine/ask.ts';
import type { Moment, Script } from '../machine/effect.ts';
import { type Answer, Interrupted } from './answer.ts';
import { writeBase64 } from './base64.ts';
import { askSigned, type Conversation, type Limits, noteEpoch } from './conversation.ts';
import { sendInPieces } from './pieces.ts';
import { PUSHED, type Pushed } from './pushed.ts';
import { noteReading } from './reading.ts';
import { leaveStream, reconcile } from './reconcile.ts';

interface Batch {
  readonly count: number;
  readonly from_seq: number;
  readonly last_seq: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What went as it lies on the disk, sealed. */
  readonly sealed: readonly OwnRow[];
  /** Of the only entry, where there is but one and it can be read. */
  readonly only_body: string | null;
}

/** Sends what has no check yet, batch by batch, until nothing is left or an answer stays away. */
export function* pushEntries(talk: Conversation, { stream_id }: StreamRow): Script<boolean> {
  for (;;) {
    const stream = yield* readStream(stream_id);
    if (!stream || stream.acknowledged_through >= stream.last_seq) return true;
    const first = stream.acknowledged_through + 1;
    const batch = yield* gatherBatch(talk, stream_id, first, talk.batch_size, false);
    if (batch === null) return true;
    if (batch === 'locked') return keepWaiting(talk);
    const pushed = yield* sendBatch(talk, stream, batch);
    if (!pushed) continue;
    if (!(yield* takeAnswer(talk, stream, pushed, batch))) return false;
    if (pushed.unsealable?.length) continue;
    if (pushed.acknowledged_through < batch.last_seq) return standStill(talk, stream_id);
    talk.batch_size = Math.ceil(talk.batch_size * 1.25);
  }
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
      const limit = held.through - held.from + 1;
      const batch = yield* gatherBatch(talk, stream.stream_id, held.from, limit, true);
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
  { from_seq, last_seq, sealed }: Pick<Batch, 'from_seq' | 'last_seq' | 'sealed'>,
): Script<boolean> {
  yield* noteReading(pushed.reading);
  if (pushed.fork) {
    // It says nothing of what had its check: an older copy of the server may stand there since.
    yield* leaveStream(talk, stream.stream_id, 0);
    return false;
  }
  if (!(yield* reconcile(talk, stream, pushed, [from_seq, last_seq]))) return false;
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
    timeout_ms: 30_000,
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

function* gatherBatch(
  talk: Conversation,
  stream_id: string,
  first: number,
  limit: number,
  repairs: boolean,
): Script<Batch | null | 'locked'> {
  const { max_bytes, max_entries } = limitsOf(talk, stream_id);
  talk.batch_size = Math.min(talk.batch_size, max_entries);
  const gathered = yield* gatherEntries(stream_id, first, Math.min(limit, max_entries));
  let { entries } = gathered as {
    entries: readonly (OwnRow | { stream_seq: number; body: string })[];
  };
  for (;;) {
    const last = entries.at(-1);
    if (!last) return null;
    const content = gathered.is_locked
      ? yield* sealedContent(entries as readonly OwnRow[])
      : { bodies: entries.map((one) => one.body as string) };
    if (!content) return 'locked';
    const bytes = yield* gzip(
      yield* writePush(talk, stream_id, first, repairs ? { ...content, repairs } : content),
    );
    if (bytes.byteLength <= max_bytes || entries.length === 1) {
      const only = entries.length === 1 && !gathered.is_locked ? (last.body as string) : null;
      const { stream_seq: last_seq } = last;
      const sealed = gathered.is_locked ? (entries as readonly OwnRow[]) : [];
      return { count: entries.length, from_seq: first, last_seq, bytes, sealed, only_body: only };
    }
    entries = entries.slice(0, Math.ceil(entries.length / 2));
  }
}

/** What a locked profile can send: as it lies on the disk, with its key sealed to the organisation. */
function* sealedContent(rows: readonly OwnRow[]): Script<object | null> {
  const key = yield* sealedKey();
  if (!key) return null;
  const bodies = rows.map((row) => writeBase64(row.body as Uint8Array));
  return { sealed: { ...key, bodies } };
}

export function* writePush(
  talk: Pick<Conversation, 'exchange'>,
  stream_id: string,
  from_seq: number,
  content: object,
): Script<string> {
  const clock = yield* readClock();
  return JSON.stringify({
    stream_id,
    from_seq,
    clock: {
      device_wall: writeTime(clock.wall_ms, clock.offset_minutes),
      device_elapsed_ms: clock.elapsed_ms,
      clock_session_id: clock.clock_session_id,
      ...tellExchange(talk.exchange, clock),
    },
    ...content,
  });
}

/** Only where both clocks have gone on since then without a break. */
function tellExchange(exchange: Conversation['exchange'], now: Moment): object {
  if (exchange?.asked.clock_session_id !== now.clock_session_id) return { round_trip_ms: null };
  const { asked, server_time, round_trip_ms } = exchange;
  return {
    round_trip_ms,
    server_time,
    asked_wall: writeTime(asked.wall_ms, asked.offset_minutes),
    asked_elapsed_ms: asked.elapsed_ms,
  };
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

function limitsOf(talk: Conversation, stream_id: string): Limits {
  return talk.limits.get(stream_id) ?? { max_entries: 1_000, max_bytes: 262_144 };
}
