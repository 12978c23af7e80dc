import type { DBSchema, IDBPDatabase } from 'idb';
import type { Kept, KeptBytes } from '../machine/effect.ts';
import type { Room, SetAsideEntry } from './log.ts';

/** 1: the first. 2: `streams`. 3: `photo_bytes`. Stores and fields are only ever added: an update never has to migrate the log. */
export const VERSION = 3;

/** An entry of this profile's own. Its number in its stream is its key. */
export interface OwnRow {
  readonly stream_id: string;
  readonly stream_seq: number;
  readonly entry_id: string;
  readonly subject_id: string;
  /** SHA-256 of the body's bytes, hex. */
  readonly hash: string;
  /** null: it was verified on the server and has left this tablet. */
  readonly body: Kept | null;
  /** Wall ms when it was entered; rows of version 1 have none. */
  readonly at?: number;
}

export interface PulledRow {
  readonly entry_id: string;
  readonly stream_id: string;
  readonly stream_seq: number;
  readonly subject_id: string;
  readonly body: Kept;
}

/** Rows of version 1 hold `row` in the clear. */
export interface ReferenceKept {
  readonly room: Room;
  readonly id: string;
  readonly row?: Readonly<Record<string, unknown>>;
  readonly kept?: Kept;
}

/**
 * One stream of this profile. The one that is appended to lies in `meta` as 'stream'; the others, in
 * `streams`, only deliver what they still have.
 */
export interface StreamRow {
  readonly stream_id: string;
  readonly last_seq: number;
  /** Entries 1 … this have their check. */
  readonly acknowledged_through: number;
  /** This tablet's own running hash over 1 … acknowledged_through. */
  readonly acknowledged_hash: string;
  readonly is_enrolled?: boolean;
  /** The server may know it: whether it has heard of it was not answered yet. */
  readonly asked_to_enrol?: boolean;
  /** The server's own proof of its last acknowledgement: shows it that it is an older copy of itself. */
  readonly receipt?: string;
  /** Entries 1 … this were found whole on the server's disk, in the epoch named. */
  readonly verified_through?: number;
  readonly verified_epoch?: string;
  /** When how much was verified, by the server's clock: what may be forgotten is counted from here. */
  readonly verified_marks?: readonly VerifiedMark[];
  /** Entries 1 … this have left this tablet. */
  readonly forgotten_through?: number;
  /** Why it is appended to no more. */
  readonly retired?: 'forked' | 'reconstructed' | 'unreadable';
}

export interface VerifiedMark {
  readonly through: number;
  readonly server_ms: number;
}

/** What is known of a photo; its bytes lie in `photo_bytes`, so that counting does not read them. */
export interface PhotoRow {
  /** SHA-256 of the plain bytes, hex. */
  readonly hash: string;
  readonly size: number;
  /** The entry that showed it first. */
  readonly entry_id: string;
  readonly subject_id: string;
  /** Wall ms when it was kept. */
  readonly at: number;
  readonly is_sent: boolean;
  /** When the server's disk was first seen to hold it, by the server's clock and in the epoch named. */
  readonly verified_ms?: number;
  readonly verified_epoch?: string;
  /** The bytes have left this tablet, which the server was seen to hold. */
  readonly is_forgotten?: boolean;
  /** The bytes can no longer be read here, and the server is not known to have them. */
  readonly is_lost?: boolean;
  /** The epoch of the server that has been told so. */
  readonly told_epoch?: string;
}

export interface LogSchema extends DBSchema {
  entries: {
    key: [string, number];
    value: OwnRow;
    indexes: { subject_id: string; entry_id: string };
  };
  /** 'stream' holds the StreamRow that is appended to; the rest is small and sync's. */
  meta: { key: string; value: unknown };
  streams: { key: string; value: StreamRow };
  pulled: { key: string; value: PulledRow; indexes: { subject_id: string } };
  set_aside: { key: [string, number]; value: SetAsideEntry };
  reference: { key: [string, string]; value: ReferenceKept };
  diagnostics: { key: number; value: { at: string; code: string; text: string } };
  photos: { key: string; value: PhotoRow };
  photo_bytes: { key: string; value: KeptBytes };
}

export function upgrade(database: IDBPDatabase<LogSchema>, from: number): void {
  if (from < 1) {
    const entries = database.createObjectStore('entries', {
      keyPath: ['stream_id', 'stream_seq'],
    });
    entries.createIndex('subject_id', 'subject_id');
    entries.createIndex('entry_id', 'entry_id', { unique: true });
    database.createObjectStore('meta');
    const pulled = database.createObjectStore('pulled', { keyPath: 'entry_id' });
    pulled.createIndex('subject_id', 'subject_id');
    database.createObjectStore('set_aside', { keyPath: ['stream_id', 'stream_seq'] });
    database.createObjectStore('reference', { keyPath: ['room', 'id'] });
    database.createObjectStore('diagnostics', { autoIncrement: true });
    database.createObjectStore('photos', { keyPath: 'hash' });
  }
  if (from < 2) database.createObjectStore('streams', { keyPath: 'stream_id' });
  if (from < 3) database.createObjectStore('photo_bytes');
}
