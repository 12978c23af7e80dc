import { is_evidence, kindOf } from '../entry/kinds.ts';
import type { LoggedEntry } from '../log/log.ts';
import { fold } from '../observation/fold.ts';
import type {
  Context,
  ObservationView,
  Reply,
  SharedFeedback,
  Status,
} from '../observation/view.ts';
import { lastTapAt } from './finish.ts';
import {
  is_from_revoked,
  leastSafe,
  type MarkState,
  oldestOf,
  returnedFeedback,
  standing,
} from './mark_state.ts';

/** Entries by what they are to whoever made them; marks and photos are those that stand. */
export interface Pieces {
  readonly marks: number;
  readonly photos: number;
  /** Marks and photos that were taken back or replaced. */
  readonly gone: number;
  readonly corrections: number;
  readonly drafts: number;
}

/** One visit as Today, Start and Waiting list it. */
export interface VisitSummary {
  observation_id: string;
  observer_id: string | null;
  status: Status;
  context: Context;
  started_at: string;
  ended_at: string | null;
  last_tap_at: string;
  marks: number;
  /** On this tablet only: all of them, and what they are. */
  waiting: number;
  pieces: Pieces;
  oldest_waiting_at: string | null;
  state: MarkState | null;
  has_draft: boolean;
  latest_feedback: SharedFeedback | null;
  /** How safe that feedback is; null where there is none. */
  shared_state: MarkState | null;
  /** Why the latest feedback did not reach the teacher; null where it did or may yet. */
  not_shared_because: string | null;
  has_new_evidence: boolean;
  replies: Reply[];
}

export function summarizeVisit(entries: readonly LoggedEntry[]): VisitSummary | null {
  const view = fold(standing(entries), null);
  if (!view.context || !view.started_at) return null;
  const waiting = entries.filter((one) => one.state === 'dot');
  const returned = returnedFeedback(entries);
  const latest = view.feedback.at(-1) ?? null;
  const made = entries.filter((one) => !is_from_revoked(one)).map((one) => one.entry);
  return {
    observation_id: view.observation_id,
    observer_id: view.observer_id,
    status: view.status,
    context: view.context,
    started_at: view.started_at,
    ended_at: view.ended_at,
    last_tap_at: lastTapAt(made) ?? view.started_at,
    marks: view.timeline.length,
    waiting: waiting.length,
    pieces: countPieces(waiting, view),
    oldest_waiting_at: oldestOf(waiting),
    state: leastSafe(
      entries.filter((one) => one.is_own || one.state === 'set_aside').map((one) => one.state),
    ),
    has_draft: Object.keys(view.drafts).length > 0,
    latest_feedback: latest,
    shared_state:
      entries.find((one) => latest && one.entry.entry_id === latest.entry_id)?.state ?? null,
    not_shared_because: returned ? (returned.set_aside?.text ?? '') : null,
    has_new_evidence: view.has_new_evidence_since_feedback,
    replies: view.replies,
  };
}

function countPieces(
  entries: readonly LoggedEntry[],
  view: Pick<ObservationView, 'timeline'>,
): Pieces {
  const standing = new Set(view.timeline.map((line) => line.entry_id));
  const count = (is_one: (kind: string, stands: boolean) => boolean) =>
    entries.filter(({ entry }) => is_one(entry.kind, standing.has(entry.entry_id))).length;
  return {
    marks: count((kind, stands) => stands && kind !== 'photo.taken'),
    photos: count((kind, stands) => stands && kind === 'photo.taken'),
    gone: count((kind, stands) => is_evidence(kind) && !stands),
    corrections: count((kind) => kindOf(kind)?.role === 'revision'),
    drafts: count((kind) => kind === 'draft.written'),
  };
}

/** Newest first. */
export function sortVisits(visits: readonly VisitSummary[]): VisitSummary[] {
  return [...visits].sort(
    (one, other) => Date.parse(other.started_at) - Date.parse(one.started_at),
  );
}

export function lastVisitOf(
  visits: readonly VisitSummary[],
  observed_id: string,
  observer_id: string,
): VisitSummary | null {
  return (
    sortVisits(visits).find(
      (visit) => visit.context.observed_id === observed_id && visit.observer_id === observer_id,
    ) ?? null
  );
}
