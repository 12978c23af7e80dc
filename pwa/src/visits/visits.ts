import { is_evidence } from '../entry/kinds.ts';
import type { LoggedEntry } from '../log/log.ts';
import { fold } from '../observation/fold.ts';
import type { Context, Reply, SharedFeedback, Status } from '../observation/view.ts';
import { lastTapAt } from './finish.ts';
import { leastSafe, type MarkState, oldestOf, returnedFeedback, standing } from './mark_state.ts';

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
  /** On this tablet only: all of them, and what of them are marks and photos. */
  waiting: number;
  waiting_marks: number;
  waiting_photos: number;
  oldest_waiting_at: string | null;
  state: MarkState | null;
  has_draft: boolean;
  latest_feedback: SharedFeedback | null;
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
  return {
    observation_id: view.observation_id,
    observer_id: view.observer_id,
    status: view.status,
    context: view.context,
    started_at: view.started_at,
    ended_at: view.ended_at,
    last_tap_at: lastTapAt(entries.map((one) => one.entry)) ?? view.started_at,
    marks: view.timeline.length,
    waiting: waiting.length,
    waiting_marks: waiting.filter((one) => is_mark(one.entry.kind)).length,
    waiting_photos: waiting.filter((one) => one.entry.kind === 'photo.taken').length,
    oldest_waiting_at: oldestOf(waiting),
    state: leastSafe(entries.filter((one) => one.is_own).map((one) => one.state)),
    has_draft: Object.keys(view.drafts).length > 0,
    latest_feedback: view.feedback.at(-1) ?? null,
    not_shared_because: returned ? (returned.set_aside?.text ?? '') : null,
    has_new_evidence: view.has_new_evidence_since_feedback,
    replies: view.replies,
  };
}

function is_mark(kind: string): boolean {
  return is_evidence(kind) && kind !== 'photo.taken';
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
