import type { Entry } from '../entry/entry.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { conflictOf, conflictsAbout, itemConflicts } from './conflicts.ts';
import { foldContext } from './context.ts';
import { compareVersions, has_news, replyOf, sharedOf } from './feedback.ts';
import { compareText, compareTimed } from './instants.ts';
import { foldItems } from './items.ts';
import { ObserverLog } from './observer_log.ts';
import { groupBy, unreplaced } from './registers.ts';
import { textOf } from './shapes.ts';
import { foldTimeline } from './timeline.ts';
import type { ObservationView } from './view.ts';

/**
 * The visit as its entries tell it: the same for any order, batching and repetition, and the same as
 * server/noticing/observations/fold.py (tests/wire/fold-cases.json and protocols/<slug>/sample.view.json).
 */
export function fold(entries: Entry[], protocol: Protocol | null): ObservationView {
  const all = uniqueById(entries);
  const start = all.find((entry) => entry.kind === 'observation.started');
  if (!start) return emptyView(all);
  const log = new ObserverLog(all.filter((entry) => entry.author_id === start.author_id));
  const { context, conflicts } = foldContext(
    start,
    log.ofKind('observation.corrected'),
    log.is_live,
  );
  const finishes = unreplaced(log.ofKind('observation.finished'), log.is_live);
  const timeline = foldTimeline(log);
  const items = foldItems(timeline, protocol);
  const drafts = foldDrafts(log);
  const feedback = log.ofKind('feedback.shared').sort(compareVersions);
  return {
    observation_id: start.subject_id,
    observer_id: start.author_id,
    status: feedback.length ? 'shared' : finishes.length ? 'finished' : 'capturing',
    context,
    context_conflicts: conflicts.flatMap((conflict) => conflict.field ?? []),
    started_at: start.occurred_at,
    ended_at: endOf(finishes.at(-1)),
    items,
    timeline,
    retracted: [...log.retracted].sort(compareText),
    late: timeline.filter((line) => line.is_late).map((line) => line.entry_id),
    conflicts: [
      ...itemConflicts(items),
      ...conflicts,
      ...conflictOf('ended_at', finishes),
      ...[...drafts].flatMap(([field, versions]) => conflictOf(field, versions)),
      ...conflictsAbout('amendment', log.amendments),
      ...conflictsAbout('tags', log.taggings),
    ],
    drafts: Object.fromEntries([...drafts].map(([field, versions]) => [field, draftOf(versions)])),
    feedback: feedback.map(sharedOf),
    has_new_evidence_since_feedback: has_news(log, timeline, feedback.at(-1)),
    replies: all
      .filter(
        (entry) => entry.kind === 'feedback.replied' && entry.author_id === context.observed_id,
      )
      .sort(compareTimed)
      .map(replyOf),
    entry_count: all.length,
  };
}

function foldDrafts(log: ObserverLog): Map<string, Entry[]> {
  const fields = [...groupBy(log.ofKind('draft.written'), (entry) => entry.item_key)];
  const current = fields.map(
    ([field, versions]) => [field, unreplaced(versions, log.is_live)] as const,
  );
  return new Map(
    current.filter(([, versions]) => versions.length).sort(([a], [b]) => compareText(a, b)),
  );
}

function draftOf(versions: Entry[]): { versions: { entry_id: string; value: unknown }[] } {
  return {
    versions: versions.map((entry) => ({
      entry_id: entry.entry_id,
      value: entry.payload.value ?? null,
    })),
  };
}

function endOf(finish: Entry | undefined): string | null {
  return finish ? textOf(finish.payload.ended_at) || finish.occurred_at : null;
}

/** One of each id, in order of id. Of two with one id, which the server never accepts, the lesser salt. */
function uniqueById(entries: Entry[]): Entry[] {
  const by_id = new Map<string, Entry>();
  for (const entry of entries) {
    const other = by_id.get(entry.entry_id);
    if (!other || compareText(entry.salt, other.salt) < 0) by_id.set(entry.entry_id, entry);
  }
  return [...by_id.values()].sort((a, b) => compareText(a.entry_id, b.entry_id));
}

function emptyView(all: Entry[]): ObservationView {
  return {
    observation_id: all.map((entry) => entry.subject_id).sort(compareText)[0] ?? '',
    observer_id: null,
    status: 'unknown',
    context: null,
    context_conflicts: [],
    started_at: null,
    ended_at: null,
    items: {},
    timeline: [],
    retracted: [],
    late: [],
    conflicts: [],
    drafts: {},
    feedback: [],
    has_new_evidence_since_feedback: false,
    replies: [],
    entry_count: all.length,
  };
}
