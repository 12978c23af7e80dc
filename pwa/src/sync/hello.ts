import * as v from 'valibot';
import { readMeta, writeMeta } from '../log/meta.ts';
import type { StreamRow } from '../log/stores.ts';
import type { Script } from '../machine/effect.ts';
import { expectAnswer } from './answer.ts';
import { askSigned, type Conversation, noteEpoch } from './conversation.ts';
import { ORGANISATION_KEY } from './enrol.ts';
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
  const hello = expectAnswer(
    yield* askSigned(talk, stream, {
      path: stream.receipt ? `${PATH}?receipt=${stream.receipt}` : PATH,
      schema: HELLO,
      timeout_ms: 10_000,
    }),
  );
  // A push whose answer was lost may have set entries aside: the changes tell.
  talk.has_changes_waiting = true;
  talk.server_ms = Date.parse(hello.server_time);
  noteEpoch(talk, hello.server_epoch);
  yield* noteWhatItSaid(hello);
  const is_ours = yield* reconcile(talk, stream, { ...hello, set_aside: [] }, 'hello');
  if (is_ours) talk.limits.set(stream.stream_id, hello.limits);
  return is_ours;
}

function* noteWhatItSaid(hello: v.InferOutput<typeof HELLO>): Script<void> {
  if ((yield* readMeta('server_epoch')) !== hello.server_epoch) {
    yield* writeMeta('server_epoch', hello.server_epoch);
  }
  yield* noteReading(hello.reading);
  const key = hello.organisation_key;
  if (!key) return;
  const known = yield* readMeta<{ key_id: string }>('organisation_key');
  if (known?.key_id !== key.key_id) yield* writeMeta('organisation_key', key);
}
