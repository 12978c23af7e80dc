import type { ShownEntry } from '../../visits/mark_state.ts';

/**
 * Photos that somebody set out to take and that never came: the page was closed, or the camera app pushed it
 * out of memory. Each photo answers the intent before it. Gives the ids of those that nothing answers.
 */
export function unansweredIntents(
  shown: readonly ShownEntry[],
  retracted: readonly string[],
  item_key: string,
): string[] {
  const gone = new Set(retracted);
  const open: string[] = [];
  for (const { entry } of shown) {
    if (entry.item_key !== item_key) continue;
    if (entry.kind === 'photo.intended' && !gone.has(entry.entry_id)) open.push(entry.entry_id);
    if (entry.kind === 'photo.taken') open.pop();
  }
  return open;
}
