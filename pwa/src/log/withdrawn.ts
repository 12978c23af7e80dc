import { get, put, readClock, run } from '../machine/ask.ts';
import type { Script, StoreScript } from '../machine/effect.ts';
import type { LoggedEntry } from './log.ts';

/** A visit that nobody finished is under way as long as something was entered in it within this time. */
const UNDER_WAY_MS = 12 * 3_600_000;

/** As far as `cursor`: a version that takes no note of it moves the cursor on without this. */
export interface Withdrawn {
  readonly cursor: string;
  readonly subjects: readonly string[];
}

/** The subjects that this person may read no more: what she made of them herself stays, hidden, and is delivered. */
export function* readWithdrawn(): StoreScript<Set<string>> {
  return new Set((yield* get<Withdrawn>('meta', 'withdrawn'))?.subjects);
}

export function* keepWithdrawn(subjects: ReadonlySet<string>, cursor: string): StoreScript<void> {
  yield* put('meta', { cursor, subjects: [...subjects] } satisfies Withdrawn, 'withdrawn');
}

export function* is_withdrawn(subject_id: string): Script<boolean> {
  const withdrawn = yield* run({
    stores: ['meta'],
    mode: 'readonly',
    durability: 'relaxed',
    work: readWithdrawn,
  });
  return withdrawn.has(subject_id);
}

/** Without what may be read no more; but a visit that is under way is not taken from under her hands. */
export function* hideWithdrawn(
  entries: readonly LoggedEntry[],
  withdrawn: ReadonlySet<string>,
): Script<LoggedEntry[]> {
  const shown = entries.filter((one) => !withdrawn.has(one.entry.subject_id));
  if (shown.length === entries.length) return shown;
  const { wall_ms } = yield* readClock();
  const finished = new Set<string>();
  const recent = new Set<string>();
  for (const { entry } of entries) {
    if (entry.kind === 'observation.finished') finished.add(entry.subject_id);
    const age_ms = Math.abs(wall_ms - Date.parse(entry.entered_at));
    if (age_ms < UNDER_WAY_MS) recent.add(entry.subject_id);
  }
  return entries.filter(({ entry: { subject_id } }) => {
    return !withdrawn.has(subject_id) || (recent.has(subject_id) && !finished.has(subject_id));
  });
}
