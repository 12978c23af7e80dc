import { type ClockReading, readClock } from '../entry/clock.ts';
import type { Random } from '../entry/entry.ts';
import { deviceRandom } from '../entry/random.ts';

/** What the conversation needs of the world; tests bring their own. */
export interface Ports {
  /** "" where the page and the server share an origin. */
  readonly base: string;
  readonly fetch: typeof globalThis.fetch;
  readonly random: Random;
  readonly readClock: () => ClockReading;
}

export const browserPorts: Ports = {
  base: '',
  fetch: (input, init) => globalThis.fetch(input, init),
  random: deviceRandom,
  readClock,
};

export function makeNonce(random: Random): string {
  return writeBase64Url(random(16));
}

export function writeBase64Url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
