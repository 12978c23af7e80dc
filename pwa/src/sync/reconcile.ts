import { acknowledge, readHashes } from '../log/deliver.ts';
import { EMPTY_HASH, extendHash } from '../log/hash.ts';
import type { SetAsideEntry } from '../log/log.ts';
import { note } from '../log/meta.ts';
import { readStream } from '../log/read.ts';
import type { StreamRow } from '../log/stores.ts';
import { forkStream } from '../log/streams.ts';
import type { Script } from '../machine/effect.ts';
import type { Mark } from './batch.ts';
import type { Conversation } from './conversation.ts';

interface ServerMark {
  readonly acknowledged_through: number;
  readonly acknowledged_hash: string;
  readonly set_aside: readonly Omit<SetAsideEntry, 'stream_id'>[];
  readonly receipt?: string | undefined;
}

/**
 * Gives checks only where the server's running hash is this tablet's own. A tablet restored from an image must
 * not see another's checks on its taps: then what it holds goes into a new stream, and false is returned.
 */
export function* reconcile(
  talk: Conversation,
  { stream_id }: Pick<StreamRow, 'stream_id'>,
  server: ServerMark,
  /** Whether this is hello's word, and may take checks back; or of what was sent. */
  said: 'hello' | readonly [first: number, last: number],
  /** What was worked out for what was sent. */
  known: { readonly before?: Mark; readonly after?: Mark } = {},
): Script<boolean> {
  const through = server.acknowledged_through;
  const hash = yield* ownHash(stream_id, through, known);
  if (hash === null || hash !== server.acknowledged_hash) {
    // Nothing of it is confirmed any more, not even what had its check.
    yield* leaveStream(talk, stream_id);
    return false;
  }
  const set_aside = server.set_aside.map(({ stream_seq, entry_id, code, text }) => ({
    stream_id,
    stream_seq,
    entry_id,
    code,
    text,
  }));
  const { receipt } = server;
  yield* acknowledge({
    ...{ stream_id, through, hash, set_aside },
    ...(said === 'hello' ? { may_go_back: true } : { sent: said }),
    ...(receipt ? { receipt } : {}),
  });
  return true;
}

/** The numbers of this stream are somebody else's, too: goes on in a new one. */
export function* leaveStream(talk: Conversation, stream_id: string): Script<void> {
  yield* note('stream-forked', stream_id);
  yield* forkStream(stream_id);
  talk.has_changes_waiting = true;
}

/** This tablet's own running hash over a stream's entries 1 … `through`; null where it has fewer. */
function* ownHash(
  stream_id: string,
  through: number,
  { before, after }: { readonly before?: Mark; readonly after?: Mark },
): Script<string | null> {
  const stream = yield* readStream(stream_id);
  if (!stream || through > stream.last_seq) return null;
  const { acknowledged_through, acknowledged_hash } = stream;
  if (through === acknowledged_through) return acknowledged_hash;
  const is_where_it_was =
    before?.through === acknowledged_through && before.hash === acknowledged_hash;
  if (after && is_where_it_was && after.through === through) return after.hash;
  const is_ahead = through > acknowledged_through;
  const from = is_ahead ? acknowledged_through : 0;
  const hashes = yield* readHashes(stream_id, from + 1, through);
  if (hashes.length !== through - from) return null;
  return extendHash(is_ahead ? acknowledged_hash : EMPTY_HASH, hashes);
}
