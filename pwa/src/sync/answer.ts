import * as v from 'valibot';
import { randomBytes, send } from '../machine/ask.ts';
import type { NetReply, NetRequest, Script } from '../machine/effect.ts';
import { writeBase64Url } from './base64.ts';

/**
 * What came of one request. Only what carries our header and our nonce is the server's
 * word; a captive portal's page is `retry` like no network at all. There is no retry
 * count, and no answer means "delete".
 */
export type Answer<Body> =
  | { readonly outcome: 'answered'; readonly body: Body; readonly round_trip_ms: number }
  | { readonly outcome: 'refused'; readonly code: string; readonly text: string }
  | {
      readonly outcome: 'retry';
      readonly reason: string;
      readonly is_ours: boolean;
      /** A fault of the server's own (500), perhaps over something in the request. */
      readonly is_fault?: boolean;
      /** Before that the server does not want to be asked again. */
      readonly not_before_ms?: number;
    }
  | { readonly outcome: 'sign-in' }
  | { readonly outcome: 'smaller' };

export type Unanswered = Exclude<Answer<never>, { outcome: 'answered' }>;

/**
 * How long to wait for an answer to what may be large. What was lost on its way is sent again, and there, within 30 s of the network's
 * coming back; what takes longer on a slow network is halved.
 */
export const LONG_MS = 20_000;

/** Ends a conversation early; the loop decides when to begin the next. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly answer: Unanswered;

  constructor(answer: Unanswered) {
    super(answer.outcome);
    this.answer = answer;
  }
}

export interface Question<Schema extends v.GenericSchema> {
  readonly path: string;
  readonly schema: Schema;
  readonly timeout_ms: number;
  readonly method?: NetRequest['method'];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: NetRequest['body'];
  /** Given where it was needed before, for a signature. */
  readonly nonce?: string;
  /** The schema is that of the answer's headers: it has no body. */
  readonly reads_headers?: boolean;
}

export function* makeNonce(): Script<string> {
  return writeBase64Url(yield* randomBytes(16));
}

export function* ask<Schema extends v.GenericSchema>(
  question: Question<Schema>,
): Script<Answer<v.InferOutput<Schema>>> {
  const nonce = question.nonce ?? (yield* makeNonce());
  const reply = yield* send({
    method: question.method ?? 'GET',
    path: question.path,
    headers: { Accept: 'application/json', ...question.headers, 'Noticing-Nonce': nonce },
    body: question.body ?? null,
    timeout_ms: question.timeout_ms,
  });
  if (reply.kind === 'none') return { outcome: 'retry', reason: reply.reason, is_ours: false };
  try {
    return readReply(reply, nonce, question);
  } catch (cause) {
    return { outcome: 'retry', reason: String(cause), is_ours: false };
  }
}

export function expectAnswer<Body>(answer: Answer<Body>): Body {
  if (answer.outcome === 'answered') return answer.body;
  throw new Interrupted(answer);
}

const LONGEST_PAUSE_S = 300;

/** Retry-After as seconds (RFC 9110, 10.2.3); our server gives no dates. */
function pauseOf(retry_after: string | undefined): number {
  const is_seconds = retry_after !== undefined && /^\d{1,5}$/.test(retry_after);
  return is_seconds ? Math.min(Number(retry_after), LONGEST_PAUSE_S) * 1_000 : 0;
}

const PROBLEM = v.looseObject({
  code: v.string(),
  title: v.string(),
  detail: v.optional(v.string()),
});
const AGAIN_LATER = [408, 425, 429];

function readReply<Schema extends v.GenericSchema>(
  reply: Extract<NetReply, { kind: 'reply' }>,
  nonce: string,
  { schema, reads_headers = false }: Question<Schema>,
): Answer<v.InferOutput<Schema>> {
  const { status, headers, text, round_trip_ms } = reply;
  // Proxies say 413 without our header, and mean it.
  if (status === 413) return { outcome: 'smaller' };
  if (headers['noticing-sync'] !== '1' || headers['noticing-nonce'] !== nonce) {
    return { outcome: 'retry', reason: 'not our server', is_ours: false };
  }
  if (status === 401) return { outcome: 'sign-in' };
  if (status >= 500 || AGAIN_LATER.includes(status)) {
    const is_fault = status === 500;
    const not_before_ms = pauseOf(headers['retry-after']);
    return { outcome: 'retry', reason: `status ${status}`, is_ours: true, is_fault, not_before_ms };
  }
  if (status >= 200 && status < 300) {
    const content: unknown = reads_headers ? headers : JSON.parse(text);
    return { outcome: 'answered', body: v.parse(schema, content), round_trip_ms };
  }
  // What answers a HEAD has no body, not even when it is a problem.
  if (text === '') return { outcome: 'refused', code: `status-${status}`, text: '' };
  const problem = v.parse(PROBLEM, JSON.parse(text));
  return { outcome: 'refused', code: problem.code, text: problem.detail ?? problem.title };
}
