import * as v from 'valibot';

/**
 * What came of one request. Only what carries our header and our nonce is the server's
 * word; a captive portal's page is `retry` like no network at all. There is no retry
 * count, and no answer means "delete".
 */
export type Answer<Body> =
  | { readonly outcome: 'answered'; readonly body: Body; readonly round_trip_ms: number }
  | { readonly outcome: 'refused'; readonly code: string; readonly text: string }
  | { readonly outcome: 'retry'; readonly reason: string; readonly is_ours: boolean }
  | { readonly outcome: 'sign-in' }
  | { readonly outcome: 'smaller' };

export type Unanswered = Exclude<Answer<never>, { outcome: 'answered' }>;

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
  readonly url: string;
  readonly nonce: string;
  readonly schema: Schema;
  readonly timeout_ms: number;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
}

export async function ask<Schema extends v.GenericSchema>(
  fetch: typeof globalThis.fetch,
  question: Question<Schema>,
): Promise<Answer<v.InferOutput<Schema>>> {
  const started = performance.now();
  try {
    const response = await fetch(question.url, {
      method: question.method ?? 'GET',
      headers: {
        Accept: 'application/json',
        ...question.headers,
        'Noticing-Nonce': question.nonce,
      },
      body: question.body ?? null,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(question.timeout_ms),
    });
    const answer = await readAnswer(response, question);
    if (answer.outcome !== 'answered') return answer;
    return { ...answer, round_trip_ms: Math.round(performance.now() - started) };
  } catch (cause) {
    const reason = is_timeout(cause) ? 'time-out' : String(cause);
    return { outcome: 'retry', reason, is_ours: false };
  }
}

export function expectAnswer<Body>(answer: Answer<Body>): Body {
  if (answer.outcome === 'answered') return answer.body;
  throw new Interrupted(answer);
}

const PROBLEM = v.looseObject({
  code: v.string(),
  title: v.string(),
  detail: v.optional(v.string()),
});
const AGAIN_LATER = [408, 425, 429];

async function readAnswer<Schema extends v.GenericSchema>(
  response: Response,
  question: Question<Schema>,
): Promise<Answer<v.InferOutput<Schema>>> {
  // Proxies say 413 without our header, and mean it.
  if (response.status === 413) return { outcome: 'smaller' };
  if (!is_ours(response, question.nonce)) {
    return { outcome: 'retry', reason: 'not our server', is_ours: false };
  }
  if (response.status === 401) return { outcome: 'sign-in' };
  if (response.status >= 500 || AGAIN_LATER.includes(response.status)) {
    return { outcome: 'retry', reason: `status ${response.status}`, is_ours: true };
  }
  const content: unknown = await response.json();
  if (response.ok) {
    const body = v.parse(question.schema, content);
    return { outcome: 'answered', body, round_trip_ms: 0 };
  }
  const problem = v.parse(PROBLEM, content);
  return { outcome: 'refused', code: problem.code, text: problem.detail ?? problem.title };
}

function is_ours(response: Response, nonce: string): boolean {
  const { headers } = response;
  return headers.get('Noticing-Sync') === '1' && headers.get('Noticing-Nonce') === nonce;
}

function is_timeout(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'TimeoutError';
}
