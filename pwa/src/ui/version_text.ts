import type { Entry } from '../entry/entry.ts';
import { objectOf, textOf, textsOf } from '../observation/shapes.ts';
import type { Conflict } from '../observation/view.ts';
import { lineOf } from '../visits/conflict_choices.ts';
import type { Visit } from '../visits/visit.ts';
import { draftText } from './draft_text.ts';
import { kindText } from './kind_text.ts';
import { lineText } from './line_text.ts';
import { t } from './messages/messages.ts';
import { clockTime } from './times.ts';

/** One of several versions in words. */
export function versionText(entry: Entry, conflict: Conflict, visit: Visit): string {
  const protocol = visit.protocol.value;
  const { payload } = entry;
  const line = lineOf(conflict, visit.view.value.timeline);
  if (entry.kind === 'entry.amended' && line) {
    return lineText({ ...line, payload: objectOf(payload.payload) ?? {} }, protocol);
  }
  if (entry.kind === 'entry.tagged') return textsOf(payload.tags).join(', ');
  const ended_at = textOf(payload.ended_at) ?? '';
  if (entry.kind === 'observation.finished' && !Number.isNaN(Date.parse(ended_at)))
    return t('conflict.ended', { time: clockTime(ended_at) });
  if (entry.kind === 'draft.written') return draftText(payload.value) || t('conflict.empty');
  return kindText(entry, protocol);
}
