import type { ClockReading } from '../../entry/clock.ts';
import type { Entry } from '../../entry/entry.ts';
import type { ObservationView } from '../../observation/view.ts';
import { coversOf } from '../../visits/finish.ts';
import { cleanDraft, nextVersion } from '../composer_rules.ts';
import type { FeedbackDraft } from '../feedback_draft.ts';

/** The payload of `feedback.shared`, with all that its author had before her eyes. */
export function sharedPayload(
  draft: FeedbackDraft,
  view: ObservationView,
  entries: readonly Entry[],
  protocol_title: string,
  now: ClockReading,
): Record<string, unknown> {
  return {
    version: nextVersion(view),
    ...cleanDraft(draft, view.timeline),
    protocol_title,
    covers: coversOf(entries, now),
  };
}
