import type * as v from 'valibot';
import type { DeviceLog } from '../log/log.ts';
import { type Answer, ask } from './answer.ts';
import { makeNonce, type Ports } from './ports.ts';
import type { Session } from './session.ts';
import { openStreamKey, signRequest } from './signature.ts';
import type { Attention } from './status.ts';

export interface Limits {
  readonly max_entries: number;
  readonly max_bytes: number;
}

/** What one page life of talking with the server remembers. */
export interface Conversation {
  readonly log: DeviceLog;
  readonly session: Session;
  readonly ports: Ports;
  /** null: say hello first. Forgotten whenever an answer stays away. */
  limits: Limits | null;
  batch_size: number;
  round_trip_ms: number | null;
  has_changes_waiting: boolean;
  /** The last question that needed a session found none. */
  needs_sign_in: boolean;
  attention: Attention | null;
}

export function beginConversation(log: DeviceLog, session: Session, ports: Ports): Conversation {
  return {
    log,
    session,
    ports,
    limits: null,
    batch_size: 1_000,
    round_trip_ms: null,
    has_changes_waiting: true,
    needs_sign_in: false,
    attention: null,
  };
}

interface Request<Schema extends v.GenericSchema> {
  readonly path: string;
  readonly schema: Schema;
  readonly timeout_ms: number;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asked with the stream's key: delivers whoever is signed in, or nobody. */
export async function askSigned<Schema extends v.GenericSchema>(
  talk: Conversation,
  request: Request<Schema> & { readonly body?: Uint8Array<ArrayBuffer> },
): Promise<Answer<v.InferOutput<Schema>>> {
  const { ports, log } = talk;
  const nonce = makeNonce(ports.random);
  const [key, { stream_id }] = await Promise.all([openStreamKey(log.meta), log.mark()]);
  const signature = await signRequest(key, stream_id, {
    method: request.method ?? 'GET',
    path: request.path,
    nonce,
    body: request.body ?? new Uint8Array(),
  });
  const answer = await ask(ports.fetch, {
    ...request,
    url: ports.base + request.path,
    nonce,
    headers: { ...request.headers, ...signature },
  });
  if (answer.outcome === 'answered') talk.round_trip_ms = answer.round_trip_ms;
  // The server does not know this stream (any more): enrol it again, which repeats safely.
  if (is_unknown_stream(answer)) await log.meta.put('enrolled', null);
  return answer;
}

export function is_unknown_stream(answer: Answer<unknown>): boolean {
  if (answer.outcome === 'refused') return answer.code === 'stream-unknown';
  return answer.outcome === 'sign-in';
}

/** Asked with the session's cookie. */
export function askSession<Schema extends v.GenericSchema>(
  ports: Ports,
  request: Request<Schema> & { readonly body?: string },
): Promise<Answer<v.InferOutput<Schema>>> {
  return ask(ports.fetch, {
    ...request,
    url: ports.base + request.path,
    nonce: makeNonce(ports.random),
  });
}
