import type { Entry } from '../entry/entry.ts';
import { kindOf } from '../entry/kinds.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { lineText } from '../ui/line_text.ts';
import { t } from '../ui/messages/messages.ts';

/** What is said aloud when an entry is saved; null: nothing was seen yet, as with a camera that was only opened. */
export function savedText(entry: Entry, protocol: Protocol | null): string | null {
  if (kindOf(entry.kind)?.role === 'intent') return null;
  return t('capture.said_saved', { what: lineText(entry, protocol) });
}
