import { writeTime } from '../entry/clock.ts';
import { gatherAhead, gatherEntries } from '../log/deliver.ts';
import { extendHash } from '../log/hash.ts';
import type { UnsentEntry } from '../log/log.ts';
import type { OwnRow, StreamRow } from '../log/stores.ts';
import { gzip, readClock, sealedKey } from '../machine/ask.ts';
import type { Moment, Script, SealedKey } from '../machine/effect.ts';
import { writeBase64 } from './base64.ts';
import type { Conversation, Limits } from './conversation.ts';

/** How far a stream came, with this tablet's own running hash up to there. */
export interface Mark {
  readonly through: number;
  readonly hash: string;
}

export interface Batch {
  readonly count: number;
  readonly from_seq: number;
  readonly last_seq: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What went as it lies on the disk, sealed. */
  readonly sealed: readonly OwnRow[];
  /** The only entry, where there is but one. */
  readonly alone: Alone | null;
  /** Where the server stands before it and after it, if all goes well; what lies behind a gap does not move it. */
  readonly before: Mark;
  readonly after: Mark;
}

/** The bytes of one entry; with a `key`, as they lie sealed. */
export interface Alone {
  readonly bytes: Uint8Array;
  readonly key: SealedKey | null;
}

/** Sealed, and the organisation does not have the key to it: first … last cannot be sent now. */
export interface Closed {
  readonly closed: readonly [first: number, last: number];
}

type Rows = readonly (OwnRow | UnsentEntry)[];

export function markOf(stream: StreamRow): Mark {
  return { through: stream.acknowledged_through, hash: stream.acknowledged_hash };
}

/** After a batch that got through; bounded where it is used. */
export function grow(batch_size: number): number {
  return Math.ceil(batch_size * 1.25);
}

/** null: there is nothing. */
export function* gatherBatch(
  talk: Conversation,
  stream_id: string,
  before: Mark,
  wanted: { readonly first: number; readonly limit: number; readonly repairs: boolean },
): Script<Batch | Closed | null> {
  const { first, repairs } = wanted;
  const limit = Math.min(wanted.limit, mostEntries(talk, stream_id));
  const { entries, is_locked } = yield* gatherEntries(stream_id, first, limit);
  return yield* packBatch(talk, stream_id, before, entries, { is_locked, repairs });
}

/** What follows a batch that is on its way; null where nothing does, or not as simply as that. */
export function* gatherNext(
  talk: Conversation,
  { stream_id, last_seq }: StreamRow,
  { after, sealed, last_seq: sent_through }: Batch,
): Script<Batch | null> {
  const most = mostEntries(talk, stream_id);
  const limit = Math.min(grow(talk.batch_size), most, last_seq - after.through);
  // Its clock sample is older than the sending, which only an exchange makes good.
  if (limit < 1 || sealed.length > 0 || talk.exchange === null) return null;
  if (after.through !== sent_through || talk.behind.has(stream_id)) return null;
  const entries = yield* gatherAhead(stream_id, after.through + 1, limit);
  const how = { is_locked: false, repairs: false };
  const batch = yield* packBatch(talk, stream_id, after, entries, how);
  return batch && 'closed' in batch ? null : batch;
}

/** As many of them as one push may hold; at least one. */
function* packBatch(
  talk: Conversation,
  stream_id: string,
  before: Mark,
  gathered: Rows,
  { is_locked, repairs }: { readonly is_locked: boolean; readonly repairs: boolean },
): Script<Batch | Closed | null> {
  const { max_bytes } = limitsOf(talk, stream_id);
  let entries = gathered;
  for (;;) {
    const [one] = entries;
    const last = entries.at(-1);
    if (!one || !last) return null;
    const { stream_seq: from_seq } = one;
    const { stream_seq: last_seq } = last;
    const key = is_locked ? yield* sealedKey() : null;
    if (is_locked && !key) return { closed: [from_seq, last_seq] };
    const content = key ? sealedContent(key, entries) : { bodies: entries.map(({ body }) => body) };
    const said = repairs ? { ...content, repairs } : content;
    const bytes = yield* gzip(yield* writePush(talk, stream_id, from_seq, said));
    const count = entries.length;
    if (bytes.byteLength <= max_bytes || count === 1) {
      const alone = count === 1 ? { bytes: bytesOf(one), key } : null;
      const sealed = key ? (entries as readonly OwnRow[]) : [];
      const after = from_seq === before.through + 1 ? markAfter(before, entries) : before;
      return { count, from_seq, last_seq, bytes, sealed, alone, before, after };
    }
    entries = entries.slice(0, Math.ceil(count / 2));
  }
}

function markAfter({ hash }: Mark, entries: Rows): Mark {
  const hashes = entries.map((one) => one.hash);
  return { through: entries.at(-1)?.stream_seq ?? 0, hash: extendHash(hash, hashes) };
}

/** What a locked profile can send: as it lies on the disk, with its key sealed to the organisation. */
function sealedContent(key: SealedKey, rows: Rows): object {
  return { sealed: { ...key, bodies: rows.map((row) => writeBase64(bytesOf(row))) } };
}

function bytesOf({ body }: Rows[number]): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : (body as Uint8Array);
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

function mostEntries(talk: Conversation, stream_id: string): number {
  const { max_entries } = limitsOf(talk, stream_id);
  talk.batch_size = Math.min(talk.batch_size, max_entries);
  return max_entries;
}

function limitsOf(talk: Conversation, stream_id: string): Limits {
  return talk.limits.get(stream_id) ?? { max_entries: 1_000, max_bytes: 262_144 };
}
