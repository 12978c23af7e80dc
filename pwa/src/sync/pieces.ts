import * as v from 'valibot';
import { hashBytes } from '../log/hash.ts';
import type { StreamRow } from '../log/stores.ts';
import type { Script } from '../machine/effect.ts';
import { expectAnswer, Interrupted, LONG_MS } from './answer.ts';
import { writeBase64 } from './base64.ts';
import type { Alone } from './batch.ts';
import { askSigned, type Conversation } from './conversation.ts';
import { PUSHED, type Pushed } from './pushed.ts';

const PIECE_BYTES = 8 * 1024;

const PIECE_TAKEN = v.looseObject({
  received_through: v.number(),
  push: v.nullable(PUSHED),
});

/**
 * One entry that alone does not get through (a proxy's limit, something in it that a filter on the way
 * dislikes), in small pieces of base64; what lies sealed goes so. The answer to the last piece is that of a push.
 */
export function* sendInPieces(
  talk: Conversation,
  { stream_id }: StreamRow,
  stream_seq: number,
  { bytes, key }: Alone,
): Script<Pushed> {
  const sha256 = hashBytes(bytes);
  // A server that knows nothing of sealed pieces misses the hash, and does not take them for the entry.
  const what = key ? { sealed: { ...key, sha256 } } : { sha256 };
  let offset = 0;
  let has_begun_again = false;
  for (;;) {
    const chunk = writeBase64(bytes.subarray(offset, offset + PIECE_BYTES));
    const piece = { stream_id, stream_seq, ...what, size: bytes.length, offset, chunk };
    const { received_through, push } = expectAnswer(
      yield* askSigned(
        talk,
        { stream_id },
        {
          path: '/api/v1/sync/chunk',
          method: 'POST',
          schema: PIECE_TAKEN,
          timeout_ms: LONG_MS,
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(piece),
        },
      ),
    );
    if (push) return push;
    const next = received_through < bytes.length ? received_through : 0;
    if (next <= offset) {
      if (next > 0 || has_begun_again) {
        const reason = 'no piece is taken';
        throw new Interrupted({ outcome: 'retry', reason, is_ours: true, is_fault: true });
      }
      has_begun_again = true;
    }
    offset = next;
  }
}
