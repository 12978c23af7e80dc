import type { Entry, MadeEntry } from '../entry/entry.ts';
import type { Script } from '../machine/effect.ts';
import type { Port } from '../machine/perform.ts';
import type { Vault } from '../vault/vault.ts';

/**
 * dot: on this tablet's disk. check: on the server's disk, with its picture if it has one. set_aside: on the server, not
 * accepted. photo_lost: on the server, but its picture is lost on this tablet.
 */
export type EntryState = 'dot' | 'check' | 'set_aside' | 'photo_lost';

export interface SetAside {
  readonly code: string;
  readonly text: string;
}

export interface LoggedEntry {
  readonly stream_id: string;
  readonly stream_seq: number;
  /** The bytes as they were made; `entry` is the same, parsed. */
  readonly body: string;
  readonly entry: Entry;
  readonly state: EntryState;
  readonly set_aside?: SetAside;
  /** True where this tablet made it; false where it came from the server. */
  readonly is_own: boolean;
}

export interface SubjectSummary {
  readonly subject_kind: string;
  readonly subject_id: string;
  /** The kinds of its entries and how many of each. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly entry_count: number;
  readonly first_entered_at: string;
  readonly last_entered_at: string;
  readonly dots: number;
  readonly set_aside: number;
}

export interface Counts {
  /** On this tablet only: not yet checked. */
  readonly on_tablet: number;
  /** Of this tablet's own, on the server (set aside included). */
  readonly sent: number;
  /** Of all her devices, as far as this one has heard of it. */
  readonly set_aside: number;
  /** When the oldest entry or photo was entered that is on this tablet only. */
  readonly oldest_unsent_at: string | null;
  /** Photos of which the server does not know yet, sent or lost; and how many bytes are on this tablet only. */
  readonly photos_waiting: number;
  readonly photo_bytes_waiting: number;
}

export type Room = 'person' | 'class' | 'school' | 'pairing' | 'protocol' | 'tenant';

/** One row of the server's, kept for use without a network: people, classes, protocols. */
export interface ReferenceRow {
  readonly room: Room;
  readonly id: string;
  readonly row: Readonly<Record<string, unknown>>;
}

export interface Reference {
  get(room: Room, id: string): Promise<ReferenceRow['row'] | null>;
  all(room: Room): Promise<ReferenceRow['row'][]>;
  put(rows: readonly ReferenceRow[]): Promise<void>;
}

/** What may be looked at again, in this tab or, after a change in another tab, in any. */
export interface LogChange {
  readonly what: 'appended' | 'acknowledged' | 'received';
  /** The subjects touched; null where it may be any. */
  readonly subject_ids: readonly string[] | null;
  /** Whether this tab made it, or another one of the same account. */
  readonly from: 'here' | 'elsewhere';
}

/** This installation's and account's stream, as far as the server has confirmed it. */
export interface StreamMark {
  readonly stream_id: string;
  /** The highest stream_seq given. */
  readonly last_seq: number;
  /** Entries 1 … this have their check. */
  readonly acknowledged_through: number;
  /** Running hash over bodies 1 … acknowledged_through, hex. */
  readonly acknowledged_hash: string;
}

export interface UnsentEntry {
  readonly stream_id: string;
  readonly stream_seq: number;
  readonly entry_id: string;
  /** SHA-256 of the body, hex. */
  readonly hash: string;
  readonly body: string;
}

export interface Acknowledgement {
  readonly stream_id: string;
  readonly through: number;
  /** The device's OWN running hash over 1 … through; compared by the caller before. */
  readonly hash: string;
  readonly set_aside: readonly SetAsideEntry[];
  /** Numbers first … last were sent: of these, exactly what `set_aside` names is set aside. */
  readonly sent?: readonly [first: number, last: number];
  readonly receipt?: string;
  /** The server stands behind what it had acknowledged: take checks back, so that they are sent again. */
  readonly may_go_back?: boolean;
}

export interface SetAsideEntry extends SetAside {
  readonly stream_id: string;
  readonly stream_seq: number;
  readonly entry_id: string;
}

export type ReceivedItem =
  | {
      readonly what: 'entry';
      readonly stream_id: string;
      readonly stream_seq: number;
      readonly body: string;
    }
  | {
      readonly what: 'row';
      readonly room: Room;
      readonly id: string;
      readonly row: Readonly<Record<string, unknown>>;
    }
  | {
      readonly what: 'granted' | 'withdrawn';
      readonly subject_kind: string;
      readonly subject_id: string;
    }
  | ({ readonly what: 'set_aside' } & SetAsideEntry);

/** Where this tablet stands in the server's feed, and the stream that it need not be sent again. */
export interface Footing {
  readonly cursor: string;
  readonly stream_id: string;
  /** What the server had said of reading here. */
  readonly reading: string | null;
}

export interface Receipt {
  /** Where it stood when it asked. */
  readonly asked_from: Footing;
  readonly items: readonly ReceivedItem[];
  readonly cursor: string;
  /** Everything pulled before is replaced, in the same transaction. */
  readonly replaces_all?: boolean;
}

export interface DeviceLog {
  readonly person_id: string;
  /** The name of its database. */
  readonly profile: string;
  readonly vault: Vault;
  /** Resolves when one strictly durable transaction is complete; only then show a dot. Rejects with LogError. */
  append(made: readonly MadeEntry[]): Promise<LoggedEntry[]>;
  /** What is being appended now: what goes on in the background lets it go first. */
  underway(): Promise<void> | null;
  /** The entry and the picture that it names by its hash, in one such transaction; refused while room is left for marks. */
  appendPhoto(made: MadeEntry, bytes: ArrayBuffer): Promise<LoggedEntry>;
  /** null: it is not on this tablet. `locked`: the key is not at hand now. */
  photo(sha256: string): Promise<ArrayBuffer | null | 'locked'>;
  /** Own and pulled entries of one subject, own ones in the order they were made. */
  entriesOf(subject_id: string): Promise<LoggedEntry[]>;
  subjects(): Promise<SubjectSummary[]>;
  /** Her set-aside entries whose words are here, with their reason; `asideWithoutWords` gives the others. */
  setAside(): Promise<LoggedEntry[]>;
  counts(): Promise<Counts>;
  readonly reference: Reference;
  /** Called after every change, whichever tab made it. Gives the way to stop. */
  subscribe(listener: (change: LogChange) => void): () => void;
  close(): void;

  /** The log's store, clock and randomness, for scripts that need them. */
  readonly port: Port;
  /** Runs a script that needs nothing but the log. */
  perform<Result>(script: Script<Result>): Promise<Result>;
}
