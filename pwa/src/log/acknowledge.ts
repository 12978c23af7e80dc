import type { IDBPDatabase } from 'idb';
import type { Acknowledgement } from './log.ts';
import type { LogSchema, StreamRow } from './stores.ts';

/**
 * Gives checks up to `through`. An answer that comes late never takes one back;
 * only a server that was restored does (`may_go_back`).
 */
export async function acknowledgeRows(
  database: IDBPDatabase<LogSchema>,
  given: Acknowledgement,
): Promise<boolean> {
  const transaction = database.transaction(['meta', 'set_aside'], 'readwrite');
  const meta = transaction.objectStore('meta');
  const stream = (await meta.get('stream')) as StreamRow;
  const is_ours = stream.stream_id === given.stream_id && given.through <= stream.last_seq;
  const is_news = given.may_go_back
    ? given.through !== stream.acknowledged_through
    : given.through > stream.acknowledged_through;
  const has_changed = is_ours && (is_news || given.set_aside.length > 0);
  if (is_ours && is_news) {
    const moved: StreamRow = {
      ...stream,
      acknowledged_through: given.through,
      acknowledged_hash: given.hash,
    };
    await meta.put(moved, 'stream');
  }
  if (is_ours) {
    for (const one of given.set_aside) await transaction.objectStore('set_aside').put(one);
  }
  await transaction.done;
  return has_changed;
}
