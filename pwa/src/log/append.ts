import type { IDBPDatabase } from 'idb';
import type { MadeEntry } from '../entry/entry.ts';
import { LogError } from './error.ts';
import { type LogSchema, newStream, type OwnRow, type StreamRow } from './stores.ts';

export interface HashedEntry extends MadeEntry {
  readonly hash: string;
}

/**
 * One transaction gives the numbers and stores the entries, so that two tabs cannot
 * collide; it is durable when it completes. An entry that is there already is given back
 * as it stands.
 */
export async function appendRows(
  database: IDBPDatabase<LogSchema>,
  made: readonly HashedEntry[],
): Promise<OwnRow[]> {
  const transaction = database.transaction(['entries', 'meta'], 'readwrite', {
    durability: 'strict',
  });
  // Awaited below; a failure of the work itself must not leave this one unheard.
  transaction.done.catch(() => undefined);
  try {
    const entries = transaction.objectStore('entries');
    const meta = transaction.objectStore('meta');
    // Gone where the site's data were cleared under the open app: a stream of its own, never the old numbers.
    const stream = ((await meta.get('stream')) as StreamRow | undefined) ?? newStream();
    let last_seq = stream.last_seq;
    const rows: OwnRow[] = [];
    for (const one of made) {
      const known = await entries.index('entry_id').get(one.entry.entry_id);
      if (known && known.hash !== one.hash) throw new LogError('entry-id-taken');
      const row = known ?? writeRow(one, stream.stream_id, ++last_seq);
      if (!known) entries.add(row).catch(() => undefined);
      rows.push(row);
    }
    if (last_seq > stream.last_seq) await meta.put({ ...stream, last_seq }, 'stream');
    await transaction.done;
    return rows;
  } catch (cause) {
    abortQuietly(transaction);
    throw transaction.error ?? cause;
  }
}

function writeRow(made: HashedEntry, stream_id: string, stream_seq: number): OwnRow {
  const { entry_id, subject_id } = made.entry;
  return { stream_id, stream_seq, entry_id, subject_id, hash: made.hash, body: made.body };
}

function abortQuietly(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // Already finished or aborted: there is nothing to take back.
  }
}
