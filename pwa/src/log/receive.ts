import type { IDBPDatabase, IDBPTransaction } from 'idb';
import { readEntry } from '../entry/entry.ts';
import type { Receipt, ReceivedItem } from './log.ts';
import type { LogSchema } from './stores.ts';

const STORES = ['entries', 'pulled', 'reference', 'set_aside', 'meta'] as const;
type Received = IDBPTransaction<LogSchema, typeof STORES, 'readwrite'>;

/** What the server hands out and the cursor behind it, in one transaction. */
export async function receiveItems(
  database: IDBPDatabase<LogSchema>,
  receipt: Receipt,
): Promise<void> {
  const transaction = database.transaction(STORES, 'readwrite');
  transaction.done.catch(() => undefined);
  if (receipt.replaces_all) {
    await transaction.objectStore('pulled').clear();
    await transaction.objectStore('reference').clear();
  }
  for (const item of receipt.items) await receiveItem(transaction, item);
  await transaction.objectStore('meta').put(receipt.cursor, 'cursor');
  await transaction.done;
}

async function receiveItem(transaction: Received, item: ReceivedItem): Promise<void> {
  switch (item.what) {
    case 'entry': {
      const { entry_id, subject_id } = readEntry(item.body);
      const { stream_id, stream_seq, body } = item;
      const own = await transaction.objectStore('entries').index('entry_id').getKey(entry_id);
      // Handed out, so accepted: after a second look perhaps.
      await transaction.objectStore('set_aside').delete(own ?? [stream_id, stream_seq]);
      // Sent by this tablet itself: it stands here already.
      if (own) return;
      const row = { entry_id, subject_id, stream_id, stream_seq, body };
      await transaction.objectStore('pulled').put(row);
      return;
    }
    case 'row': {
      const { room, id, row } = item;
      await transaction.objectStore('reference').put({ room, id, row });
      return;
    }
    case 'set_aside': {
      const { stream_id, stream_seq, entry_id, code, text } = item;
      const row = { stream_id, stream_seq, entry_id, code, text };
      await transaction.objectStore('set_aside').put(row);
      return;
    }
    case 'granted':
      // What it grants follows as entries and rows of its own: there is nothing to keep.
      return;
    case 'withdrawn':
      await withdraw(transaction, item.subject_kind, item.subject_id);
  }
}

async function withdraw(transaction: Received, kind: string, id: string): Promise<void> {
  await transaction.objectStore('reference').delete([kind, id]);
  const pulled = transaction.objectStore('pulled');
  for (const key of await pulled.index('subject_id').getAllKeys(id)) await pulled.delete(key);
}
