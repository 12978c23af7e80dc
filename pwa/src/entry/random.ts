import type { Random } from './entry.ts';

declare const crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };

/** The browser's own randomness; tests pass something of theirs. */
export const deviceRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));
