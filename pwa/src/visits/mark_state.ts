import type { Entry } from '../entry/entry.ts';
import type { EntryState, SetAside } from '../log/log.ts';

/**
 * ring: being written. unsaved: writing failed. journal: on this tablet's disk, in the second journal alone.
 * dot: this tablet's disk. check: the server's. photo_lost: the server has the entry, and nobody its photo.
 */
export type MarkState =
  | 'unsaved'
  | 'ring'
  | 'set_aside'
  | 'photo_lost'
  | 'journal'
  | 'dot'
  | 'check';

export interface ShownEntry {
  readonly entry: Entry;
  readonly state: MarkState;
  readonly set_aside?: SetAside;
  readonly is_own: boolean;
}

const LEAST_SAFE_FIRST: readonly MarkState[] = [
  'unsaved',
  'ring',
  'set_aside',
  'photo_lost',
  'journal',
  'dot',
  'check',
];

/** One sign for several marks: a check means that all of them are on the server. */
export function leastSafe(states: readonly MarkState[]): MarkState | null {
  return LEAST_SAFE_FIRST.find((state) => states.includes(state)) ?? null;
}

export interface MarkCounts {
  on_tablet: number;
  /** ISO time of the oldest of these; null where there is none. */
  oldest_at: string | null;
  sent: number;
  /** Of whichever device. */
  set_aside: number;
  unsaved: number;
}

export function countMarks(shown: readonly ShownEntry[]): MarkCounts {
  const own = shown.filter((one) => one.is_own);
  const waiting = own.filter((one) => is_on_tablet_only(one.state));
  const count = (...states: (MarkState | EntryState)[]) =>
    own.filter((one) => states.includes(one.state)).length;
  return {
    on_tablet: waiting.length,
    oldest_at: oldestOf(waiting),
    sent: count('check', 'set_aside', 'photo_lost'),
    set_aside: shown.filter((one) => one.state === 'set_aside').length,
    unsaved: count('unsaved'),
  };
}

export function is_on_tablet_only(state: MarkState | null): boolean {
  return state === 'dot' || state === 'journal';
}

export function oldestOf(shown: readonly { entry: Entry }[]): string | null {
  const first = { at: null as string | null, ms: Number.POSITIVE_INFINITY };
  for (const { entry } of shown) {
    const ms = Date.parse(entry.entered_at);
    if (first.at !== null && ms >= first.ms) continue;
    first.at = entry.entered_at;
    first.ms = ms;
  }
  return first.at;
}

/** Another device sent it after that was taken out of use: whoever holds that device may have made it. */
export function is_from_revoked({ is_own, set_aside }: ShownEntry): boolean {
  return !is_own && set_aside?.code === 'device-revoked';
}

/**
 * What makes the view: the server folds what it accepted, and so does this tablet. Where every start was set
 * aside the server has no visit at all: then it is shown as it was made, but never as shared.
 */
export function standing(shown: readonly ShownEntry[]): Entry[] {
  const trusted = shown.filter((one) => !is_from_revoked(one));
  const starts = trusted.filter(({ entry }) => entry.kind === 'observation.started');
  const is_all_aside = starts.length > 0 && starts.every(({ state }) => state === 'set_aside');
  return trusted
    .filter(
      ({ entry, state }) =>
        state !== 'set_aside' || (is_all_aside && entry.kind !== 'feedback.shared'),
    )
    .map(({ entry }) => entry);
}

/** The latest feedback that the server kept but did not hand on; null where a later one stands. */
export function returnedFeedback<Shown extends ShownEntry>(shown: readonly Shown[]): Shown | null {
  const latest = shown
    .filter((one) => one.entry.kind === 'feedback.shared' && !is_from_revoked(one))
    .sort((one, other) => Date.parse(one.entry.entered_at) - Date.parse(other.entry.entered_at))
    .at(-1);
  return latest?.state === 'set_aside' ? latest : null;
}
