import type { DBSchema, IDBPDatabase } from 'idb';
import { makeId } from '../entry/entry.ts';
import { deviceRandom } from '../entry/random.ts';
import { EMPTY_HASH } from './hash.ts';
import type { MetaKey, ReferenceRow, SetAsideEntry } from './log.ts';

export const VERSION = 1;

export interface OwnRow {
  readonly stream_id: string;
  readonly stream_seq: number;
  readonly entry_id: string;
  readonly subject_id: string;
  /** SHA-256 of the body's bytes, hex. */
  readonly hash: string;
  readonly body: string;
}

export interface PulledRow {
  readonly entry_id: string;
  readonly stream_id: string;
  readonly stream_seq: number;
  readonly subject_id: string;
  readonly body: string;
}

export interface StreamRow {
  readonly stream_id: string;
  readonly last_seq: number;
  readonly acknowledged_through: number;
  readonly acknowledged_hash: string;
}

export function newStream(): StreamRow {
  return {
    stream_id: makeId(Date.now(), deviceRandom),
    last_seq: 0,
    acknowledged_through: 0,
    acknowledged_hash: EMPTY_HASH,
  };
}

export interface LogSchema extends DBSchema {
  entries: {
    key: [string, number];
    value: OwnRow;
    indexes: { subject_id: string; entry_id: string };
  };
  /** 'stream' holds the StreamRow; the rest is sync's. */
  meta: { key: MetaKey | 'stream'; value: unknown };
  pulled: { key: string; value: PulledRow; indexes: { subject_id: string } };
  set_aside: { key: [string, number]; value: SetAsideEntry };
  reference: { key: [string, string]; value: ReferenceRow };
  diagnostics: { key: number; value: { at: string; code: string; text: string } };
  photos: { key: string; value: { hash: string; bytes: ArrayBuffer } };
}

/** Additive for ever: an update never has to migrate the log. */
export function upgrade(database: IDBPDatabase<LogSchema>): void {
  const entries = database.createObjectStore('entries', { keyPath: ['stream_id', 'stream_seq'] });
  entries.createIndex('subject_id', 'subject_id');
  entries.createIndex('entry_id', 'entry_id', { unique: true });
  // Here and not only when the log is opened: site data can be cleared under the open app.
  database
    .createObjectStore('meta')
    .put(newStream(), 'stream')
    .catch(() => undefined);
  const pulled = database.createObjectStore('pulled', { keyPath: 'entry_id' });
  pulled.createIndex('subject_id', 'subject_id');
  database.createObjectStore('set_aside', { keyPath: ['stream_id', 'stream_seq'] });
  database.createObjectStore('reference', { keyPath: ['room', 'id'] });
  database.createObjectStore('diagnostics', { autoIncrement: true });
  database.createObjectStore('photos', { keyPath: 'hash' });
}
