import { declareLost } from '../log/lost.ts';
import { sendAgain } from '../log/photos.ts';
import type { OwnRow, StreamRow } from '../log/stores.ts';
import { vaultState } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import type { Batch } from './batch.ts';
import { keepWaiting, noteBehind } from './behind.ts';
import { type Conversation, noteEpoch } from './conversation.ts';
import type { Pushed } from './pushed.ts';
import { noteReading } from './reading.ts';
import { leaveStream, reconcile } from './reconcile.ts';

/** What the answer to a push says is written down; false where this stream goes no further now. */
export function* takeAnswer(
  talk: Conversation,
  stream: StreamRow,
  pushed: Pushed,
  batch: Pick<Batch, 'from_seq' | 'last_seq' | 'sealed'> & Partial<Pick<Batch, 'before' | 'after'>>,
): Script<boolean> {
  const { from_seq, last_seq, sealed } = batch;
  yield* noteReading(pushed.reading);
  if (pushed.fork) {
    // It says nothing of what had its check: an older copy of the server may stand there since.
    yield* leaveStream(talk, stream.stream_id);
    return false;
  }
  if (!(yield* reconcile(talk, stream, pushed, [from_seq, last_seq], batch))) return false;
  noteEpoch(talk, pushed.server_epoch);
  if (pushed.wanted_photos?.length) yield* sendAgain(pushed.wanted_photos);
  talk.has_changes_waiting ||= pushed.changes_waiting;
  if (!pushed.unsealable?.length) return true;
  return yield* giveUpUnsealable(talk, stream, sealed, pushed.unsealable);
}

/** The server cannot open them: lost only where nothing on this tablet ever will either. */
function* giveUpUnsealable(
  talk: Conversation,
  { stream_id, acknowledged_through: through }: StreamRow,
  sealed: readonly OwnRow[],
  unsealable: readonly number[],
): Script<boolean> {
  const state = yield* vaultState();
  if (state === 'open') return true;
  const judged = sealed.filter((row) => unsealable.includes(row.stream_seq));
  if (state !== 'ended') {
    const closed = judged.map((row) => row.stream_seq).filter((seq) => seq > through);
    noteBehind(talk, stream_id, closed, 'closed');
    keepWaiting(talk);
    return true;
  }
  yield* declareLost(
    stream_id,
    judged.map((row) => ({ stream_seq: row.stream_seq, row })),
  );
  return judged.length > 0 || standStill(talk, stream_id);
}

/** The first number of which nothing was taken. */
export function firstClosed({ unsealable = [] }: Pushed, { from_seq, last_seq }: Batch): number {
  return Math.min(last_seq + 1, ...unsealable.filter((seq) => seq >= from_seq));
}

/** The server's mark stands before what it was just given: ask anew where it stands. */
export function standStill(talk: Conversation, stream_id: string): boolean {
  talk.limits.delete(stream_id);
  talk.attention = { code: 'no-progress', text: null };
  return false;
}
