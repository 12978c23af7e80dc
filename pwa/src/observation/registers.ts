import type { Entry } from '../entry/entry.ts';
import { compareTimed } from './instants.ts';

/**
 * The live entries that no live entry has replaced, in order of time. Replacing passes through retracted
 * entries: who replaced B had been shown what B replaced. Undoing the newest brings its predecessor back.
 */
export function unreplaced(
  candidates: Entry[],
  is_live: (entry: Entry) => boolean,
  through = candidates,
): Entry[] {
  const live = candidates.filter(is_live);
  const replaced = reach(live, through);
  const left = live.filter((entry) => !replaced.has(entry.entry_id));
  return (left.length ? left : live).sort(compareTimed);
}

function reach(live: Entry[], through: Entry[]): Set<string> {
  const known = new Map(through.map((entry) => [entry.entry_id, entry]));
  const replaced = new Set<string>();
  const waiting = [...live];
  for (let entry = waiting.pop(); entry; entry = waiting.pop()) {
    for (const id of entry.replaces) {
      const next = known.get(id);
      if (!next || replaced.has(id) || id === entry.entry_id) continue;
      replaced.add(id);
      waiting.push(next);
    }
  }
  return replaced;
}

export function groupBy<T>(things: T[], keyOf: (thing: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(thing);
    else groups.set(key, [thing]);
  }
  return groups;
}
