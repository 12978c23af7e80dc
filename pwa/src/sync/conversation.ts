import type * as v from 'valibot';
import { hashBytes } from '../log/hash.ts';
import { writeStream } from '../log/meta.ts';
import type { StreamRow } from '../log/stores.ts';
import { readClock, sign } from '../machine/ask.ts';
import type { Moment, Script } from '../machine/effect.ts';
import { type Answer, ask, makeNonce, type Question } from './answer.ts';
import type { Session } from './session.ts';
import type { Attention } from './status.ts';
import { openStreamKey, type StreamKey } from './stream_key.ts';

export interface Limits {
  readonly max_entries: number;
  readonly max_bytes: number;
}

/**
 * there: this page life sent it beyond a gap, and the server has it. closed: it lies sealed, and the server cannot
 * open it; it waits for an unlock. refused: neither alone nor in pieces did it get through.
 */
export type Standing = 'there' | 'closed' | 'refused';
/** By number. */
export type Behind = Map<number, Standing>;

/** The last request that was answered with the server's time: from it the server sets this tablet's clocks right. */
export interface Exchange {
  readonly asked: Moment;
  readonly server_time: string;
  readonly round_trip_ms: number;
}

/** What one page life of talking with the server remembers. */
export interface Conversation {
  /** Which of her profiles, as a lock is named by it. */
  readonly profile: string;
  readonly session: Session;
  /** By stream; a stream that is missing here says hello first. Forgotten whenever an answer stays away. */
  readonly limits: Map<string, Limits>;
  /** By stream: what of it is not sent in its order now. */
  readonly behind: Map<string, Behind>;
  batch_size: number;
  photo_chunk_bytes: number;
  exchange: Exchange | null;
  has_changes_waiting: boolean;
  /** The last question that needed a session found none. */
  needs_sign_in: boolean;
  /** The server's clock and epoch as last heard. */
  server_ms: number | null;
  server_epoch: string | null;
  attention: Attention | null;
  /** The pause that the server asked for in the last round; 0 where it named none. */
  not_before_ms: number;
  /** How far this tablet's clock was behind the server's at the last hello. */
  clock_behind_ms: number | null;
}

export function beginConversation(
  session: Session,
  profile: string = session.person_id,
): Conversation {
  return {
    profile,
    session,
    limits: new Map(),
    behind: new Map(),
    batch_size: 1_000,
    photo_chunk_bytes: 256 * 1024,
    exchange: null,
    has_changes_waiting: true,
    needs_sign_in: false,
    server_ms: null,
    server_epoch: null,
    attention: null,
    not_before_ms: 0,
    clock_behind_ms: null,
  };
}

/** Asked with the stream's key: delivers whoever is signed in, or nobody. */
export function* askSigned<Schema extends v.GenericSchema>(
  talk: Conversation,
  stream: Pick<StreamRow, 'stream_id'>,
  question: Question<Schema>,
): Script<Answer<v.InferOutput<Schema>>> {
  const nonce = yield* makeNonce();
  const headers = yield* signRequest(stream.stream_id, nonce, question);
  const asked = yield* readClock();
  const answer = yield* ask({ ...question, nonce, headers: { ...question.headers, ...headers } });
  noteExchange(talk, asked, answer);
  // The server does not know this stream (any more): enrol it again, which repeats safely.
  if (is_unknown_stream(answer)) {
    yield* writeStream(stream.stream_id, { is_enrolled: false, asked_to_enrol: false });
  }
  return answer;
}

function noteExchange(talk: Conversation, asked: Moment, answer: Answer<unknown>): void {
  if (answer.outcome !== 'answered') return;
  const { server_time } = (answer.body ?? {}) as { server_time?: unknown };
  if (typeof server_time !== 'string') return;
  talk.exchange = { asked, server_time, round_trip_ms: answer.round_trip_ms };
}

/** Over method, path without query, nonce, and the body as it is sent. */
export function* signRequest(
  stream_id: string,
  nonce: string,
  question: Signed,
): Script<Record<string, string>> {
  return yield* signWith(yield* openStreamKey(), stream_id, nonce, question);
}

type Signed = Pick<Question<v.GenericSchema>, 'method' | 'path' | 'body'>;

/** The same with a key that is at hand. */
export function* signWith(
  { private_key }: Pick<StreamKey, 'private_key'>,
  stream_id: string,
  nonce: string,
  { method = 'GET', path, body }: Signed,
): Script<Record<string, string>> {
  const bytes =
    typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array());
  const text = `${method}\n${path.split('?')[0]}\n${nonce}\n${hashBytes(bytes)}`;
  return { 'Noticing-Stream': stream_id, 'Noticing-Signature': yield* sign(private_key, text) };
}

/** Another epoch than before: the server was restored. Every stream asks anew where it stands. */
export function noteEpoch(talk: Conversation, server_epoch: string): void {
  if (talk.server_epoch !== null && talk.server_epoch !== server_epoch) {
    talk.limits.clear();
    talk.behind.clear();
  }
  talk.server_epoch = server_epoch;
}

export function is_unknown_stream(answer: Answer<unknown>): boolean {
  if (answer.outcome === 'refused') return answer.code === 'stream-unknown';
  return answer.outcome === 'sign-in';
}
