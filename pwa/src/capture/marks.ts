import { is_evidence } from '../entry/kinds.ts';
import type { ItemView, RegisterView } from '../observation/view.ts';
import { msBetween, sinceStart } from '../ui/times.ts';
import { leastSafe, type MarkState, type ShownEntry } from '../visits/mark_state.ts';

/** For each item the least safe state of its live marks: what its sign shows. */
export function statesByItem(
  shown: readonly ShownEntry[],
  retracted: readonly string[],
): Record<string, MarkState> {
  const gone = new Set(retracted);
  const states: Record<string, MarkState[]> = {};
  for (const { entry, state } of shown) {
    if (!is_evidence(entry.kind) || entry.item_key === null || gone.has(entry.entry_id)) continue;
    const known = states[entry.item_key];
    if (known) known.push(state);
    else states[entry.item_key] = [state];
  }
  return Object.fromEntries(
    Object.entries(states).map(([key, all]) => [key, leastSafe(all) ?? 'dot']),
  );
}

/** The times of an item's marks on the visit's own watch, newest last, at most `most` of them. */
export function lastTimes(times: readonly string[], started_at: string, most: number): string {
  return times
    .slice(-most)
    .map((time) => sinceStart(msBetween(started_at, time)))
    .join(' · ');
}

/** The value of a register where it is settled, and the ids that the next answer replaces. */
export function registerOf(view: ItemView | undefined): {
  value: unknown;
  replaces: string[];
  is_in_conflict: boolean;
  occurred_at: string | null;
} {
  const versions = view && 'versions' in view ? (view as RegisterView).versions : [];
  return {
    value: versions.length === 1 ? versions[0]?.value : undefined,
    replaces: versions.map((one) => one.entry_id),
    is_in_conflict: versions.length > 1,
    occurred_at: versions.at(-1)?.occurred_at ?? null,
  };
}
