import type { Effect, JournalRecord } from '../../../../pwa/src/machine/effect.ts';

/** The second journal of one profile: its own files, another way to the disk. Each append is flushed. */
export class JournalFile {
  records: readonly JournalRecord[] = [];
  /** Some browsers have none. */
  exists = true;
  is_full = false;

  append(records: readonly JournalRecord[]): boolean {
    if (!this.exists || this.is_full) return false;
    this.records = [...this.records, ...records.map((record) => Object.freeze({ ...record }))];
    return true;
  }

  perform(effect: Extract<Effect, { port: 'journal' }>): unknown {
    if (effect.ask === 'append') return this.append(effect.records);
    if (effect.ask === 'read') return this.exists ? this.records : [];
    const dropped = new Set(effect.entry_ids);
    this.records = this.records.filter((record) => !dropped.has(record.entry_id));
    return undefined;
  }

  has(entry_id: string): boolean {
    return this.records.some((record) => record.entry_id === entry_id);
  }
}
