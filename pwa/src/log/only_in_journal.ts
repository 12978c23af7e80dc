import { get, readJournal, run, vaultState } from '../machine/ask.ts';
import type { JournalRecord, Script } from '../machine/effect.ts';
import { openKept } from './bodies.ts';
import type { OwnRow } from './stores.ts';

/**
 * What the journal has and the log has not, each once. What an open profile cannot read is left out: it was
 * damaged, or sealed with another key, and in the log it would hide what the server has of it.
 */
export function* onlyInJournal(): Script<JournalRecord[]> {
  const records = yield* readJournal();
  if (records.length === 0) return [];
  const missing = yield* run<JournalRecord[]>({
    stores: ['entries'],
    mode: 'readonly',
    durability: 'relaxed',
    *work() {
      // One that was tried twice stands there twice.
      const found = new Map<string, JournalRecord>();
      for (const record of records) {
        const known = yield* get<OwnRow>('entries', record.entry_id, 'entry_id');
        const place = `${record.entry_id} ${record.hash}`;
        if (!known && !found.has(place)) found.set(place, record);
      }
      return [...found.values()];
    },
  });
  if (missing.length === 0 || (yield* vaultState()) !== 'open') return missing;
  const bodies = yield* openKept(missing.map((one) => one.body));
  return bodies === 'locked' ? missing : missing.filter((_, place) => bodies[place] !== null);
}
