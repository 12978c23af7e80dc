import type { NetReply, NetRequest } from '../machine/effect.ts';

/** One request of the browser's. Never throws: no answer is an answer, too. */
export async function sendRequest(
  { base, fetch }: { readonly base: string; readonly fetch: typeof globalThis.fetch },
  request: NetRequest,
): Promise<NetReply> {
  const started = performance.now();
  try {
    const response = await fetch(base + request.path, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(request.timeout_ms),
    });
    return {
      kind: 'reply',
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text: await response.text(),
      round_trip_ms: Math.round(performance.now() - started),
    };
  } catch (cause) {
    return { kind: 'none', reason: is_timeout(cause) ? 'time-out' : String(cause) };
  }
}

function is_timeout(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'TimeoutError';
}
