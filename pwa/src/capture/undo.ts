import type { Entry } from '../entry/entry.ts';
import { is_evidence } from '../entry/kinds.ts';
import type { ShownEntry } from '../visits/mark_state.ts';

export const UNDO_DEPTH = 20;

/** What Undo takes back next: the newest live mark among this tablet's last twenty. */
export function nextToUndo(
  shown: readonly ShownEntry[],
  retracted: readonly string[],
): Entry | null {
  const gone = new Set(retracted);
  const last = shown
    .filter(({ entry, is_own }) => is_own && is_evidence(entry.kind))
    .slice(-UNDO_DEPTH);
  return last.findLast(({ entry }) => !gone.has(entry.entry_id))?.entry ?? null;
}
