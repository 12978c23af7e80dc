import type { Entry } from '../entry/entry.ts';
import { compareText } from './instants.ts';
import type { Conflict, ItemView } from './view.ts';

export function conflictOf(field: string, versions: Entry[], of?: string): Conflict[] {
  if (versions.length < 2) return [];
  const entry_ids = versions.map((entry) => entry.entry_id).sort(compareText);
  return [of === undefined ? { field, entry_ids } : { field, of, entry_ids }];
}

/** `of` names the entry that the versions are about. */
export function conflictsAbout(field: string, about: Map<string, Entry[]>): Conflict[] {
  return [...about].flatMap(([of, versions]) => conflictOf(field, versions, of));
}

export function itemConflicts(items: Record<string, ItemView>): Conflict[] {
  const keyed = Object.entries(items).sort(([a], [b]) => compareText(a, b));
  return keyed.flatMap(([item_key, item]) => {
    const versions = 'versions' in item ? item.versions : [];
    return versions.length > 1
      ? [{ item_key, entry_ids: versions.map((one) => one.entry_id).sort(compareText) }]
      : [];
  });
}
