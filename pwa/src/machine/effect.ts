/**
 * The tablet's core is a set of scripts: generators that yield what they need of the world as plain data and
 * are resumed with the answer. They hold no clock, no database, no network. `perform.ts` runs them in a
 * browser; the simulator runs the same scripts in virtual time and may stop them for ever between any two
 * effects, which is what a crash is.
 */
export type Script<Result> = Generator<Effect, Result, unknown>;

export type Effect =
  | { readonly port: 'clock'; readonly ask: 'read' }
  | {
      readonly port: 'clock';
      readonly ask: 'wait';
      readonly ms: number;
      readonly hears_taps: boolean;
    }
  | { readonly port: 'random'; readonly ask: 'bytes'; readonly count: number }
  | { readonly port: 'random'; readonly ask: 'fraction' }
  | { readonly port: 'store'; readonly transaction: Transaction<unknown> }
  | {
      readonly port: 'journal';
      readonly ask: 'append';
      readonly records: readonly JournalRecord[];
      /** False: answered at once, written meanwhile. True: answered when it is on the disk. */
      readonly is_awaited: boolean;
    }
  /** `only_unsettled`: without what is known to be in the log; of another stream than before nothing is known. */
  | {
      readonly port: 'journal';
      readonly ask: 'read';
      readonly only_unsettled?: boolean;
      readonly stream_id?: string;
    }
  /** These are in the log, or never will be; null: of none of them that is known any more. */
  | {
      readonly port: 'journal';
      readonly ask: 'settle';
      readonly entry_ids: readonly string[] | null;
    }
  | { readonly port: 'journal'; readonly ask: 'drop'; readonly entry_ids: readonly string[] }
  /** Those of them that it has not are written; the log has them all. Gives how many that were. */
  | {
      readonly port: 'journal';
      readonly ask: 'complete';
      readonly records: readonly JournalRecord[];
    }
  | { readonly port: 'network'; readonly request: NetRequest }
  /** Another script goes on beside this one, until somebody asks for its end. */
  | { readonly port: 'meanwhile'; readonly ask: 'begin'; readonly script: Script<unknown> }
  | { readonly port: 'meanwhile'; readonly ask: 'end'; readonly begun: Begun<unknown> }
  | {
      readonly port: 'locks';
      readonly ask: 'take';
      readonly name: string;
      readonly patience_ms: number;
    }
  | { readonly port: 'locks'; readonly ask: 'release'; readonly held: Held }
  | { readonly port: 'platform'; readonly ask: 'make_key' }
  | {
      readonly port: 'platform';
      readonly ask: 'sign';
      readonly key: unknown;
      readonly text: string;
    }
  | { readonly port: 'platform'; readonly ask: 'gzip'; readonly text: string }
  | { readonly port: 'platform'; readonly ask: 'seal'; readonly texts: readonly string[] }
  | { readonly port: 'platform'; readonly ask: 'open'; readonly kept: readonly Kept[] }
  | { readonly port: 'platform'; readonly ask: 'seal_bytes'; readonly bytes: ArrayBuffer }
  | { readonly port: 'platform'; readonly ask: 'open_bytes'; readonly kept: KeptBytes }
  | { readonly port: 'platform'; readonly ask: 'sealed_key' }
  | { readonly port: 'platform'; readonly ask: 'seal_to'; readonly key: unknown }
  | { readonly port: 'platform'; readonly ask: 'vault_state' }
  | { readonly port: 'platform'; readonly ask: 'keep_key' }
  /** The tablet is full: true where something that was kept for this moment was given up. */
  | { readonly port: 'platform'; readonly ask: 'make_room' }
  | { readonly port: 'screens'; readonly tell: unknown };

/**
 * How a wait ended. What happens while nobody waits is remembered for the next wait. tapped: something was
 * appended to the log, only where the wait `hears_taps`. nudged: a good moment to try (a network, a person).
 */
export type Woken = 'elapsed' | 'nudged' | 'tapped';

/** Wall time in ms since 1970 with the offset of the place, and a monotonic clock that begins with each page life. */
export interface Moment {
  readonly wall_ms: number;
  readonly offset_minutes: number;
  readonly elapsed_ms: number;
  readonly clock_session_id: string;
}

/** A text as it lies on the disk: sealed, or plain where this browser cannot encrypt. */
export type Kept = string | Uint8Array<ArrayBuffer>;

/** A picture as it lies on the disk: sealed (a view), or plain (a buffer) where this browser cannot encrypt. */
export type KeptBytes = ArrayBuffer | Uint8Array<ArrayBuffer>;

export interface SealedKey {
  readonly key_id: string;
  readonly sealed_key: string;
}

export interface NetRequest {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'PATCH';
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | string | null;
  readonly timeout_ms: number;
}

/** `none`: no answer came, for whatever reason. Header names in lower case. */
export type NetReply =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly text: string;
      readonly round_trip_ms: number;
    }
  | { readonly kind: 'none'; readonly reason: string };

/** An entry as the second journal keeps it: enough to append it to the log where the log has lost it. */
export interface JournalRecord {
  readonly entry_id: string;
  readonly subject_id: string;
  readonly hash: string;
  readonly body: Kept;
  readonly at: number;
}

/** A script that goes on beside the one that began it; opaque. */
export interface Begun<Result> {
  readonly token: unknown;
  readonly result?: Result;
}

/** A lock in hand; opaque. */
export type Held = { readonly name: string; readonly token: unknown };

export type Key = string | number | readonly (string | number)[];

/** Both ends are included unless said. */
export interface Range {
  readonly from?: Key;
  readonly through?: Key;
  readonly is_from_open?: boolean;
}

export type StoreName =
  | 'entries'
  | 'meta'
  | 'streams'
  | 'pulled'
  | 'set_aside'
  | 'reference'
  | 'diagnostics'
  | 'photos'
  | 'photo_bytes';

/**
 * What a transaction does to the store. `put` and `delete` are answered at once; if one of them fails, the
 * whole transaction does.
 */
export type StoreOp =
  | StoreRead
  | {
      readonly op: 'all';
      readonly store: StoreName;
      readonly range: Range | Key | null;
      readonly index?: string;
      readonly limit?: number;
    }
  | {
      readonly op: 'keys';
      readonly store: StoreName;
      readonly range: Range | Key | null;
      readonly index?: string;
    }
  | { readonly op: 'count'; readonly store: StoreName; readonly range: Range | null }
  /** The highest key of the range, or undefined. */
  | { readonly op: 'last_key'; readonly store: StoreName; readonly range: Range }
  | { readonly op: 'put'; readonly store: StoreName; readonly value: unknown; readonly key?: Key }
  /** Fails where the key is there already. */
  | { readonly op: 'add'; readonly store: StoreName; readonly value: unknown; readonly key?: Key }
  | { readonly op: 'delete'; readonly store: StoreName; readonly key: Key }
  | { readonly op: 'clear'; readonly store: StoreName }
  /** All of them at once; answered in their order. */
  | { readonly op: 'together'; readonly ops: readonly StoreRead[] };

export type StoreRead = {
  readonly op: 'get';
  readonly store: StoreName;
  readonly key: Key;
  readonly index?: string;
};

export type StoreScript<Result> = Generator<StoreOp, Result, unknown>;

/**
 * All or nothing. `strict`: on the disk when it is done; `relaxed`: a power cut may take it back, so only
 * what can be fetched again is written so. `work` may be run a second time from the beginning.
 */
export interface Transaction<Result> {
  readonly stores: readonly StoreName[];
  readonly mode: 'readonly' | 'readwrite';
  readonly durability: 'strict' | 'relaxed';
  readonly work: () => StoreScript<Result>;
}
