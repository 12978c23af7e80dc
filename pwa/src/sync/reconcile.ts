import type { SetAsideEntry } from '../log/log.ts';
import type { Conversation } from './conversation.ts';
import { ownHash } from './running_hash.ts';

interface ServerMark {
  readonly acknowledged_through: number;
  readonly acknowledged_hash: string;
  readonly set_aside: readonly Omit<SetAsideEntry, 'stream_id'>[];
}

/**
 * Gives checks only where the server's running hash is this tablet's own. A tablet restored
 * from an image must not see another's checks on its taps: then nothing moves.
 */
export async function reconcile(
  talk: Conversation,
  server: ServerMark,
  may_go_back: boolean,
): Promise<boolean> {
  const { log } = talk;
  const { stream_id } = await log.mark();
  const through = server.acknowledged_through;
  const hash = await ownHash(log, through);
  if (hash === null || hash !== server.acknowledged_hash) {
    talk.attention = { code: 'stream-forked', text: null };
    await log.note('stream-forked', `mark ${through}: ${server.acknowledged_hash}, own ${hash}`);
    return false;
  }
  const set_aside = server.set_aside.map(({ stream_seq, entry_id, code, text }) => ({
    stream_id,
    stream_seq,
    entry_id,
    code,
    text,
  }));
  await log.acknowledge({ stream_id, through, hash, set_aside, may_go_back });
  return true;
}
