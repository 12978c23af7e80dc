import { v7 } from 'uuid';
import { type ClockReading, writeTime } from './clock.ts';
import { APP_VERSION } from './version.ts';

export type { ClockReading } from './clock.ts';

export const ENTRY_SCHEMA = 1;

export type Payload = Record<string, unknown>;

/** One immutable, timed piece of evidence, or a correction of one. Times are the tablet's. */
export interface Entry {
  readonly entry_id: string;
  readonly author_id: string;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly kind: string;
  readonly item_key: string | null;
  readonly payload: Payload;
  readonly replaces: readonly string[];
  /** "2026-11-12T09:05:12.345-05:00": when it happened, by the tablet's wall clock. */
  readonly occurred_at: string;
  /** When it was entered, by the same clock. */
  readonly entered_at: string;
  readonly elapsed_ms: number;
  readonly clock_session_id: string;
  readonly app_version: string;
  readonly entry_schema: number;
  readonly salt: string;
}

export interface EntryDraft {
  readonly author_id: string;
  /** "observation" unless said otherwise. */
  readonly subject_kind?: string;
  readonly subject_id: string;
  readonly kind: string;
  readonly item_key: string | null;
  readonly payload: Payload;
  readonly replaces?: readonly string[];
  /** Only where it happened earlier than it is entered; otherwise the clock's reading. */
  readonly occurred_at?: string;
}

/** `body` is the text that is stored, hashed and sent; `entry` is the same, parsed. */
export interface MadeEntry {
  readonly entry: Entry;
  readonly body: string;
}

/** Gives `length` random bytes. */
export type Random = (length: number) => Uint8Array;

export function makeEntry(draft: EntryDraft, clock: ClockReading, random: Random): MadeEntry {
  const now = writeTime(clock.wall_ms, clock.offset_minutes);
  // The order of the keys is part of the format: the body's bytes are what is hashed.
  const entry = {
    entry_id: makeId(clock.wall_ms, random),
    author_id: draft.author_id,
    subject_kind: draft.subject_kind ?? 'observation',
    subject_id: draft.subject_id,
    kind: draft.kind,
    item_key: draft.item_key,
    payload: draft.payload,
    replaces: draft.replaces ?? [],
    occurred_at: draft.occurred_at ?? now,
    entered_at: now,
    elapsed_ms: clock.elapsed_ms,
    clock_session_id: clock.clock_session_id,
    app_version: APP_VERSION,
    entry_schema: ENTRY_SCHEMA,
    salt: makeSalt(random),
  };
  const body = writeBody(entry);
  return { entry: readEntry(body), body };
}

/** JSON writes half an emoji as an escape; only where something like it stands is every text looked at. */
function writeBody(entry: Entry): string {
  const body = JSON.stringify(entry);
  return /\\ud[89a-f]/.test(body) ? JSON.stringify(entry, mendText) : body;
}

/** Half an emoji, cut by a keyboard or a length limit, is no Unicode text: parsers may refuse all of it. */
function mendText(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\uFFFD') : value;
}

/** A UUIDv7, for entries, observations and streams alike. */
export function makeId(wall_ms: number, random: Random): string {
  return v7({ msecs: wall_ms, random: random(16) });
}

export function readEntry(body: string): Entry {
  return JSON.parse(body) as Entry;
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function makeSalt(random: Random): string {
  return Array.from(random(11), (byte) => BASE64URL[byte & 63]).join('');
}
