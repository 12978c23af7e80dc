import { readClock } from '../../pwa/src/entry/clock.ts';
import { type EntryDraft, type MadeEntry, makeEntry } from '../../pwa/src/entry/entry.ts';
import { deviceRandom } from '../../pwa/src/entry/random.ts';

export const PERSON = '0190b000-0000-7000-8000-0000000000c0';
export const VISIT = '0190b000-0000-7000-8000-0000000000e1';

export function tap(draft: Partial<EntryDraft> = {}): MadeEntry {
  const whole: EntryDraft = {
    author_id: PERSON,
    subject_id: VISIT,
    kind: 'item.marked',
    item_key: 'goal_posted',
    payload: {},
    ...draft,
  };
  return makeEntry(whole, readClock(), deviceRandom);
}

export function taps(count: number): MadeEntry[] {
  return Array.from({ length: count }, () => tap());
}
