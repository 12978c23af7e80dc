const KEY = 'noticing-signed-out';

/**
 * Somebody signed out on a page: the app must not open as her again before somebody signs in, network or
 * not. An expired session is another thing; capture goes on with what the tablet remembers.
 */
export function noteSignedOut(): void {
  globalThis.localStorage?.setItem(KEY, '1');
}

export function forgetSignedOut(): void {
  globalThis.localStorage?.removeItem(KEY);
}

export function is_signed_out(): boolean {
  return globalThis.localStorage?.getItem(KEY) === '1';
}
