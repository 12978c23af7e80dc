import { readMeta } from '../log/meta.ts';
import { readAllStreams } from '../log/read.ts';
import { sealedKey } from '../machine/ask.ts';
import type { Script, SealedKey } from '../machine/effect.ts';
import { is_enrolled } from './enrol.ts';
import type { StreamKey } from './stream_key.ts';

/** What a rescue file is signed and sealed with. */
export interface RescueKeys {
  /** All streams of this profile are signed with it. */
  readonly stream_key: StreamKey;
  /** A stream that the server knows: it vouches for another. */
  readonly voucher: string;
  /** null: the organisation's key is not known yet, or this browser cannot encrypt. */
  readonly sealed_key: SealedKey | null;
}

/**
 * They lie in IndexedDB alone: where that cannot be read (any more), those that were `known` before. null: nobody
 * has signed for this tablet yet.
 */
export function* findRescueKeys(known: RescueKeys | null = null): Script<RescueKeys | null> {
  try {
    return (yield* readRescueKeys()) ?? known;
  } catch (cause) {
    console.error(cause);
    return known;
  }
}

function* readRescueKeys(): Script<RescueKeys | null> {
  const stream_key = yield* readMeta<StreamKey>('stream_key');
  if (!stream_key) return null;
  const { current, retired } = yield* readAllStreams();
  for (const stream of [current, ...retired]) {
    if (!(yield* is_enrolled(stream))) continue;
    return { stream_key, voucher: stream.stream_id, sealed_key: yield* sealedKey() };
  }
  return null;
}
