import { readClock } from '../../pwa/src/entry/clock.ts';
import { type EntryDraft, type MadeEntry, makeEntry } from '../../pwa/src/entry/entry.ts';
import { deviceRandom } from '../../pwa/src/entry/random.ts';
import type { DeviceLog, Receipt } from '../../pwa/src/log/log.ts';
import { readFooting, receiveItems } from '../../pwa/src/log/receive.ts';

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

/** As if asked for and answered at once. */
export async function receive(log: DeviceLog, receipt: Omit<Receipt, 'asked_from'>): Promise<void> {
  const asked_from = await log.perform(readFooting());
  await log.perform(receiveItems({ ...receipt, asked_from }));
}
