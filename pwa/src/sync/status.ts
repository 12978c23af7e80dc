import type { Counts } from '../log/log.ts';

/** offline: no answer that proves to be our server's. sign-in: it answers, and asks who we are. */
export type Network = 'online' | 'offline' | 'sign-in';

/** Something a person must know of; nothing is lost and capture goes on. */
export interface Attention {
  readonly code: AttentionCode;
  /** The server's own sentence where it gave one. */
  readonly text: string | null;
}

export type AttentionCode =
  /** The profile is locked, and what it holds cannot be sent sealed yet. */
  | 'locked'
  /** The server's disk does not hold what it acknowledged, and sending it again did not mend it. */
  | 'not-verified'
  /** The server answered with a Problem; `text` is its sentence. */
  | 'refused'
  /** The server answers that it cannot at the moment (busy, or an error of its own). */
  | 'server-trouble'
  /** The server answers, but its mark does not move. */
  | 'no-progress'
  /** Somebody else is signed in in this browser: what is made here is still sent, nothing is fetched. */
  | 'other-person'
  /** This tablet's storage failed while sending. */
  | 'storage'
  /** Sending failed in a way nobody foresaw; it is tried again. */
  | 'failed';

export interface SyncStatus extends Counts {
  /** Whether the counts are what this tablet holds: not before the first look, nor where looking failed. */
  readonly counted: 'not_yet' | 'counted' | 'failed';
  readonly network: Network;
  /** ISO time since which `network` is so. */
  readonly since: string;
  /** ISO time of the last answer that was our server's. */
  readonly last_contact_at: string | null;
  readonly is_sending: boolean;
  readonly attention: Attention | null;
  /** How far this tablet's clock was behind the server's at the last hello (below 0: ahead); null before the first. */
  readonly clock_behind_ms: number | null;
}

/** What is made here is sent all the same; only what others made does not come. */
export function asks_sign_in({ network, attention }: SyncStatus): boolean {
  return network === 'sign-in' || attention?.code === 'other-person';
}

const CLOCK_OFF_MS = 2 * 60_000;

/** More than two minutes: shown, so that times can be understood. */
export function is_clock_off({ clock_behind_ms }: Pick<SyncStatus, 'clock_behind_ms'>): boolean {
  return clock_behind_ms !== null && Math.abs(clock_behind_ms) > CLOCK_OFF_MS;
}

const STALLED_MS = 10 * 60_000;

/** Online, and something waits for longer than ten minutes; a round that began just now may yet bring it there. */
export function is_stalled(status: SyncStatus, now_ms: number): boolean {
  if (status.network !== 'online' || status.oldest_unsent_at === null) return false;
  if (status.is_sending && now_ms - Date.parse(status.since) <= STALLED_MS) return false;
  return now_ms - Date.parse(status.oldest_unsent_at) > STALLED_MS;
}
