import type { Entry } from '../entry/entry.ts';
import { is_evidence } from '../entry/kinds.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { lineText } from './line_text.ts';
import { type MessageKey, t } from './messages/messages.ts';

const NAMES: Record<string, MessageKey> = {
  'observation.started': 'kind.started',
  'observation.corrected': 'kind.corrected',
  'observation.finished': 'kind.finished',
  'entry.amended': 'kind.amended',
  'entry.retracted': 'kind.retracted',
  'entry.tagged': 'kind.tagged',
  'draft.written': 'kind.draft',
  'feedback.shared': 'kind.shared',
};

/** Any entry in words: a mark as it reads on the timeline, the others by what they do. */
export function kindText(entry: Entry, protocol: Protocol | null): string {
  if (is_evidence(entry.kind)) return lineText(entry, protocol);
  const name = Object.hasOwn(NAMES, entry.kind) ? NAMES[entry.kind] : undefined;
  return t(name ?? 'kind.other');
}
