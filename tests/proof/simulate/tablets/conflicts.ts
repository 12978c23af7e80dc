import type { Entry } from '../../../../pwa/src/entry/entry.ts';
import type { ObservationView } from '../../../../pwa/src/observation/view.ts';

const REGISTERS = ['rating.given', 'tags.chosen', 'answer.given', 'value.given', 'draft.written'];

/**
 * Once more, and written on its own: of each register, the values that nobody who saw them has replaced. More
 * than one must be shown, and no other.
 */
export function findConflicts(
  about: string,
  entries: readonly Entry[],
  view: ObservationView,
): string[] {
  const observer = view.observer_id;
  const own = entries.filter((entry) => entry.author_id === observer);
  const taken_back = new Set(
    own.filter((entry) => entry.kind === 'entry.retracted').map((entry) => entry.payload.entry_id),
  );
  const expected = new Set<string>();
  for (const register of new Set(own.filter(is_register).map(nameOf))) {
    const all = own.filter((entry) => is_register(entry) && nameOf(entry) === register);
    const live = all.filter((entry) => !taken_back.has(entry.entry_id));
    const left = live.filter(
      (entry) => !live.some((other) => has_seen(other, entry.entry_id, all)),
    );
    if (left.length > 1)
      expected.add(
        left
          .map((entry) => entry.entry_id)
          .sort()
          .join(' '),
      );
  }
  const shown = new Set(
    view.conflicts
      .filter((conflict) => conflict.of === undefined && conflict.field !== 'ended_at')
      .map((conflict) => [...conflict.entry_ids].sort().join(' ')),
  );
  const hidden = [...expected].filter((one) => !shown.has(one));
  const false_ones = [...shown].filter((one) => !expected.has(one));
  return [
    ...hidden.map((one) => `${about}: versions ${one} are not shown as such`),
    ...false_ones.map((one) => `${about}: ${one} are shown as versions and are none`),
  ];
}

function is_register(entry: Entry): boolean {
  return REGISTERS.includes(entry.kind);
}

function nameOf(entry: Entry): string {
  return `${entry.kind} ${entry.item_key}`;
}

/** Directly, or because it saw what replaced it. */
function has_seen(entry: Entry, entry_id: string, all: readonly Entry[]): boolean {
  return entry.replaces.some((seen_id) => {
    if (seen_id === entry.entry_id) return false;
    if (seen_id === entry_id) return true;
    const seen = all.find((one) => one.entry_id === seen_id);
    return seen !== undefined && has_seen(seen, entry_id, all);
  });
}
