import * as v from 'valibot';
import { dropUnreadable, forgetVerified, rowsToVerify, trimJournal } from '../log/forget.ts';
import { xorHashes } from '../log/hash.ts';
import { note, readMeta, writeMeta } from '../log/meta.ts';
import { markVerified, photosToVerify, sendAgain } from '../log/photos.ts';
import { readAllStreams } from '../log/read.ts';
import type { OwnRow, StreamRow, VerifiedMark } from '../log/stores.ts';
import { changeStream, findStream } from '../log/streams.ts';
import { run } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import { expectAnswer, LONG_MS } from './answer.ts';
import { askSigned, type Conversation } from './conversation.ts';
import { repairEntries } from './repair.ts';
import { Troubles } from './troubles.ts';

export const VERIFIED = v.looseObject({
  server_epoch: v.string(),
  ranges: v.array(
    v.looseObject({ from_seq: v.number(), through_seq: v.number(), agrees: v.boolean() }),
  ),
  photos: v.optional(v.array(v.looseObject({ sha256: v.string(), is_here: v.boolean() })), []),
});

const DAY_MS = 24 * 3_600_000;
const RANGE = 500;
const RANGES_AT_ONCE = 20;
const PHOTOS_AT_ONCE = 50;

/**
 * Once a day: does the server's disk hold what has its check here? What does not agree is sent again. Then
 * what has been verified for long enough may leave this tablet.
 */
export function* verifyWhenDue(talk: Conversation): Script<void> {
  if (talk.server_ms === null || talk.server_epoch === null) return;
  const last = yield* readMeta<{ server_ms: number; server_epoch: string }>('verified_at');
  const is_due =
    last?.server_epoch !== talk.server_epoch || talk.server_ms - last.server_ms >= DAY_MS;
  if (!is_due) return;
  const { current, retired } = yield* readAllStreams();
  let has_all = true;
  const troubles = new Troubles();
  for (const stream of [current, ...retired]) {
    // What was left is verified in the stream that it was moved to.
    if (stream.retired === 'forked' || is_verified(talk, stream)) continue;
    const is_whole = yield* troubles.past(verifyStream(talk, stream));
    has_all &&= is_whole === true;
  }
  yield* troubles.past(verifyPhotos(talk, current));
  const { server_ms, server_epoch } = talk;
  yield* forgetVerified(server_ms, server_epoch);
  yield* trimJournal(server_epoch);
  if (has_all && !troubles.first) yield* writeMeta('verified_at', { server_ms, server_epoch });
  troubles.tell();
}

/** Today: what another stream lacks is no reason to look at this one again. */
function is_verified({ server_ms, server_epoch }: Conversation, stream: StreamRow): boolean {
  return stream.verified_epoch === server_epoch && !is_a_day_old(lastMark(stream), server_ms);
}

function lastMark({ verified_marks }: StreamRow): VerifiedMark | undefined {
  return verified_marks?.at(-1);
}

function is_a_day_old(mark: VerifiedMark | undefined, server_ms: number | null): boolean {
  return mark === undefined || server_ms === null || server_ms - mark.server_ms >= DAY_MS;
}

/** False where it could not be brought to an end now. */
export function* verifyStream(talk: Conversation, stream: StreamRow): Script<boolean> {
  let verified = stream.forgotten_through ?? 0;
  for (;;) {
    const rows = yield* rowsToVerify(
      { ...stream, forgotten_through: verified },
      RANGE * RANGES_AT_ONCE,
    );
    if (rows.length === 0) break;
    const through = yield* verifyRows(talk, stream, rows);
    if (through === null) return false;
    verified = through;
    if (yield* dropUnreadable(rows)) talk.has_changes_waiting = true;
  }
  return yield* noteVerified(talk, stream, verified);
}

/** The number up to which all of it agrees; null where that could not be reached. */
function* verifyRows(
  talk: Conversation,
  stream: StreamRow,
  rows: readonly OwnRow[],
): Script<number | null> {
  for (const is_repaired of [false, true]) {
    const answer = yield* askRanges(talk, stream, rows);
    const wrong = answer.ranges.filter((range) => !range.agrees);
    if (wrong.length === 0) return (rows.at(-1) as OwnRow).stream_seq;
    yield* note(
      'not-verified',
      `${stream.stream_id} ${wrong[0]?.from_seq}-${wrong.at(-1)?.through_seq}`,
    );
    if (is_repaired) break;
    for (const { from_seq, through_seq } of wrong) {
      if (!(yield* repairEntries(talk, stream, from_seq, through_seq))) return null;
    }
  }
  // What nobody can open here has been named already.
  if (talk.attention?.code !== 'locked') talk.attention = { code: 'not-verified', text: null };
  return null;
}

function* askRanges(talk: Conversation, { stream_id }: StreamRow, rows: readonly OwnRow[]) {
  const ranges = [];
  for (let at = 0; at < rows.length; at += RANGE) {
    const part = rows.slice(at, at + RANGE);
    ranges.push({
      from_seq: part[0]?.stream_seq,
      through_seq: part.at(-1)?.stream_seq,
      count: part.length,
      xor: xorHashes(part.map((row) => row.hash)),
    });
  }
  return yield* askWhatIsThere(talk, stream_id, { ranges, photos: [] });
}

function* askWhatIsThere(
  talk: Conversation,
  stream_id: string,
  held: { readonly ranges: readonly object[]; readonly photos: readonly string[] },
) {
  return expectAnswer(
    yield* askSigned(
      talk,
      { stream_id },
      {
        path: '/api/v1/sync/verify',
        method: 'POST',
        schema: VERIFIED,
        timeout_ms: LONG_MS,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ stream_id, ...held }),
      },
    ),
  );
}

/** What the server has not got (any more), or not whole, is sent again. */
function* verifyPhotos(talk: Conversation, { stream_id }: StreamRow): Script<void> {
  if (talk.server_epoch === null) return;
  const hashes = (yield* photosToVerify(talk.server_epoch)).map((row) => row.hash);
  for (let at = 0; at < hashes.length; at += PHOTOS_AT_ONCE) {
    const asked = hashes.slice(at, at + PHOTOS_AT_ONCE);
    const { photos } = yield* askWhatIsThere(talk, stream_id, { ranges: [], photos: asked });
    const { server_ms, server_epoch } = talk;
    if (server_ms === null || server_epoch === null) return;
    const which = (is_here: boolean) =>
      photos.filter((one) => one.is_here === is_here).map((one) => one.sha256);
    yield* markVerified(which(true), server_ms, server_epoch);
    yield* sendAgain(which(false));
  }
}

const MARKS_KEPT = 40;

function noteVerified(
  { server_ms, server_epoch }: Conversation,
  { stream_id }: StreamRow,
  through: number,
): Script<boolean> {
  return run<boolean>({
    stores: ['meta', 'streams'],
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      const now = yield* findStream(stream_id);
      // Gone back meanwhile: the server was restored while it was verifying.
      if (!now || server_ms === null || server_epoch === null) return false;
      if (through > now.acknowledged_through) return false;
      const is_same_epoch = now.verified_epoch === server_epoch;
      const known = is_same_epoch ? (now.verified_marks ?? []) : [];
      const is_due = !is_same_epoch || is_a_day_old(lastMark(now), server_ms);
      const marks = is_due ? [...known, { through, server_ms }] : known;
      yield* changeStream(stream_id, {
        verified_through: through,
        verified_epoch: server_epoch,
        verified_marks: marks.slice(-MARKS_KEPT),
      });
      return true;
    },
  });
}
