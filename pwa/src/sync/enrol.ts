import * as v from 'valibot';
import { LogError } from '../log/error.ts';
import { note, readMeta, writeStream } from '../log/meta.ts';
import { readAllStreams } from '../log/read.ts';
import type { StreamRow } from '../log/stores.ts';
import { sealTo } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import { type Answer, ask, expectAnswer, type Question } from './answer.ts';
import { confirmSession } from './confirm_session.ts';
import { askSigned, type Conversation } from './conversation.ts';
import { leaveStream } from './reconcile.ts';
import { openStreamKey, type PublicKey } from './stream_key.ts';

export const ORGANISATION_KEY = v.looseObject({
  key_id: v.string(),
  jwk: v.record(v.string(), v.unknown()),
});
const ENROLLED = v.looseObject({
  stream_id: v.string(),
  organisation_key: v.optional(v.nullable(ORGANISATION_KEY)),
});
type Enrolment = Question<typeof ENROLLED>;
export const ENROL_PATH = '/api/v1/sync/streams';

export function writeEnrolment(stream_id: string, public_key: PublicKey): string {
  return JSON.stringify({ stream_id, public_key, device_label: nameDevice() });
}

/**
 * Binds a stream to its person, once. False while somebody else is signed in here:
 * the stream must not become theirs.
 */
export function* enrolStream(talk: Conversation, stream: StreamRow): Script<boolean> {
  if (yield* is_enrolled(stream)) return true;
  const { public_key } = yield* openStreamKey();
  const enrolment: Enrolment = {
    path: ENROL_PATH,
    method: 'POST',
    schema: ENROLLED,
    timeout_ms: 10_000,
    headers: { 'Content-Type': 'application/json' },
    body: writeEnrolment(stream.stream_id, public_key),
  };
  const enrolled =
    (yield* vouchForOwn(talk, stream, enrolment)) ??
    (yield* enrolWithSession(talk, stream, enrolment));
  if (!enrolled) return false;
  if (enrolled === 'taken') {
    // Its key was lost with the numbering: what it holds goes out in a stream that this tablet can sign.
    yield* leaveStream(talk, stream.stream_id);
    return false;
  }
  yield* sealKeyTo(enrolled.organisation_key);
  yield* writeStream(stream.stream_id, { is_enrolled: true });
  return true;
}

/** What keeps the key from being sealed keeps no entry from the server: the next hello asks again. */
export function* sealKeyTo(
  organisation_key: v.InferOutput<typeof ORGANISATION_KEY> | null | undefined,
): Script<void> {
  if (!organisation_key) return;
  try {
    yield* sealTo(organisation_key);
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    yield* noteUnsealed(cause);
  }
}

function* noteUnsealed(cause: LogError): Script<void> {
  try {
    yield* note('key-not-sealed', String(cause));
  } catch {
    // The storage that failed is the one that this would be written to.
  }
}

export function* is_enrolled(stream: StreamRow): Script<boolean> {
  if (stream.is_enrolled !== undefined) return stream.is_enrolled;
  // Written by the first version of the log.
  return (yield* readMeta<string>('enrolled')) === stream.stream_id;
}

type Enrolled = v.InferOutput<typeof ENROLLED> | 'taken';

/**
 * A stream of this profile that the server knows already vouches for a further one, whoever is signed in; and for
 * itself, where perhaps only the answer to its enrolment was lost.
 */
function* vouchForOwn(
  talk: Conversation,
  stream: StreamRow,
  enrolment: Enrolment,
): Script<Enrolled | null> {
  const { current, retired } = yield* readAllStreams();
  for (const other of [current, ...retired]) {
    const is_itself = other.stream_id === stream.stream_id;
    if (!(is_itself ? other.asked_to_enrol : yield* is_enrolled(other))) continue;
    const answer = yield* askSigned(talk, other, enrolment);
    if (answer.outcome === 'answered') return answer.body;
    if (is_taken(answer)) return 'taken';
    if (answer.outcome === 'retry') expectAnswer(answer);
  }
  return null;
}

function* enrolWithSession(
  talk: Conversation,
  { stream_id }: StreamRow,
  enrolment: Enrolment,
): Script<Enrolled | null> {
  const me = yield* confirmSession(talk);
  if (!me) return null;
  yield* writeStream(stream_id, { asked_to_enrol: true });
  const headers = { ...enrolment.headers, 'X-CSRFToken': me.csrf_token ?? '' };
  const answer = yield* ask({ ...enrolment, headers });
  return is_taken(answer) ? 'taken' : expectAnswer(answer);
}

/** The server knows it with another key. */
function is_taken(answer: Answer<unknown>): boolean {
  return answer.outcome === 'refused' && answer.code === 'stream-taken';
}

function nameDevice(): string {
  const agent = globalThis.navigator?.userAgent ?? '';
  const known = ['iPad', 'iPhone', 'Android', 'CrOS', 'Windows', 'Macintosh', 'Linux'];
  return known.find((name) => agent.includes(name)) ?? 'Tablet';
}
