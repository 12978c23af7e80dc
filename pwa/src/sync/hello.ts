import * as v from 'valibot';
import { readMeta, writeMeta } from '../log/meta.ts';
import type { StreamRow } from '../log/stores.ts';
import { readClock } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import { expectAnswer } from './answer.ts';
import { askSigned, type Conversation, is_unknown_stream, noteEpoch } from './conversation.ts';
import { enrolStream, ORGANISATION_KEY, sealKeyTo } from './enrol.ts';
import { noteReading, READING } from './reading.ts';
import { reconcile } from './reconcile.ts';

export const HELLO = v.looseObject({
  server_time: v.string(),
  server_epoch: v.string(),
  versions: v.array(v.number()),
  limits: v.looseObject({ max_entries: v.number(), max_bytes: v.number() }),
  acknowledged_through: v.number(),
  acknowledged_hash: v.string(),
  reading: v.optional(READING),
  organisation_key: v.optional(v.nullable(ORGANISATION_KEY)),
});

const PATH = '/api/v1/sync/hello';

/**
 * Where does the server stand? A server that was restored stands behind: checks are taken
 * back to its mark, and what follows is sent again. False where the stream has forked.
 */
export function* sayHello(talk: Conversation, stream: StreamRow): Script<boolean> {
  if (talk.limits.has(stream.stream_id)) return true;
  let answer = yield* askHello(talk, stream);
  // A restored server may not know the stream: it learns it at once, and not after a growing pause.
  if (answer.outcome === 'refused' && is_unknown_stream(answer)) {
    if (!(yield* enrolStream(talk, { ...stream, is_enrolled: false }))) return false;
    answer = yield* askHello(talk, stream);
  }
  const hello = expectAnswer(answer);
  // A push whose answer was lost may have set entries aside: the changes tell.
  talk.has_changes_waiting = true;
  talk.server_ms = Date.parse(hello.server_time);
  yield* noteClock(talk, talk.server_ms);
  noteEpoch(talk, hello.server_epoch);
  yield* noteWhatItSaid(hello);
  const is_ours = yield* reconcile(talk, stream, { ...hello, set_aside: [] }, 'hello');
  if (is_ours) talk.limits.set(stream.stream_id, hello.limits);
  return is_ours;
}

export function askHello(talk: Conversation, stream: StreamRow) {
  return askSigned(talk, stream, {
    path: stream.receipt ? `${PATH}?receipt=${stream.receipt}` : PATH,
    schema: HELLO,
    timeout_ms: 10_000,
  });
}

const WORTH_NOTING_MS = 10_000;

/** The answer was written about half a round trip ago. */
function* noteClock(talk: Conversation, server_ms: number): Script<void> {
  const { wall_ms } = yield* readClock();
  talk.clock_behind_ms = Math.round(server_ms + (talk.exchange?.round_trip_ms ?? 0) / 2 - wall_ms);
  const known = yield* readMeta<number>('clock_behind_ms');
  if (known === undefined || Math.abs(known - talk.clock_behind_ms) > WORTH_NOTING_MS) {
    yield* writeMeta('clock_behind_ms', talk.clock_behind_ms);
  }
}

function* noteWhatItSaid(hello: v.InferOutput<typeof HELLO>): Script<void> {
  if ((yield* readMeta('server_epoch')) !== hello.server_epoch) {
    yield* writeMeta('server_epoch', hello.server_epoch);
  }
  yield* noteReading(hello.reading);
  yield* sealKeyTo(hello.organisation_key);
}
