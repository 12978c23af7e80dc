import type { Entry, Payload } from '../entry/entry.ts';
import { compareTimed } from './instants.ts';
import { is_covered, type ObserverLog } from './observer_log.ts';
import { coversOf, objectOf, textOf, textsOf, wholeOf } from './shapes.ts';
import type { Reply, SharedFeedback, TimelineLine } from './view.ts';

/** Evidence that the latest feedback's author cannot be known to have had before her eyes. */
export function has_news(
  log: ObserverLog,
  timeline: TimelineLine[],
  latest: Entry | undefined,
): boolean {
  if (!latest) return false;
  const until_share = {
    clock_session_id: latest.clock_session_id,
    through_ms: latest.elapsed_ms,
    count: 0,
  };
  const covers = [...log.covers, until_share, ...coversOf(latest.payload.covers)];
  const cited = citedIn(latest.payload);
  return timeline.some((line) => {
    const entry = log.by_id.get(line.entry_id);
    return entry !== undefined && !cited.has(line.entry_id) && !is_covered(entry, covers);
  });
}

function citedIn(payload: Payload): Set<string> {
  const strengths = Array.isArray(payload.strengths) ? payload.strengths : [];
  return new Set([
    ...textsOf(payload.evidence),
    ...strengths.flatMap((one) => textsOf(objectOf(one)?.evidence)),
  ]);
}

export function compareVersions(a: Entry, b: Entry): number {
  return (
    (wholeOf(a.payload.version) ?? 0) - (wholeOf(b.payload.version) ?? 0) || compareTimed(a, b)
  );
}

export function sharedOf(entry: Entry): SharedFeedback {
  return {
    ...entry.payload,
    entry_id: entry.entry_id,
    occurred_at: entry.occurred_at,
  } as unknown as SharedFeedback;
}

export function replyOf(entry: Entry): Reply {
  return {
    entry_id: entry.entry_id,
    author_id: entry.author_id,
    occurred_at: entry.occurred_at,
    feedback_entry_id: textOf(entry.payload.feedback_entry_id) ?? '',
    text: textOf(entry.payload.text) ?? '',
  };
}
