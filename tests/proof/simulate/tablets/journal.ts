import type { Effect, JournalRecord } from '../../../../pwa/src/machine/effect.ts';

/** The second journal of one profile: its own files, another way to the disk. Each append is flushed. */
export class JournalFile {
  records: readonly JournalRecord[] = [];
  /** Some browsers have none. */
  exists = true;
  is_full = false;
  has_refused = false;

  append(records: readonly JournalRecord[]): boolean {
    if (!this.exists || this.is_full) {
      this.has_refused = true;
      return false;
    }
    this.records = [...this.records, ...records.map((record) => Object.freeze({ ...record }))];
    return true;
  }

  perform(effect: Extract<Effect, { port: 'journal' }>): unknown {
    if (effect.ask === 'append') return this.append(effect.records);
    if (effect.ask === 'read') return this.exists ? this.records : [];
    if (effect.ask === 'settle') return undefined;
    if (effect.ask === 'complete') {
      const missing = effect.records.filter((one) => !this.has(one.entry_id));
      return missing.length > 0 && this.append(missing) ? missing.length : 0;
    }
    const dropped = new Set(effect.entry_ids);
    this.records = this.records.filter((record) => !dropped.has(record.entry_id));
    return undefined;
  }

  has(entry_id: string): boolean {
    return this.records.some((record) => record.entry_id === entry_id);
  }
}

/** What one page life knows of it: which records the log has too. */
export class JournalWorker {
  readonly #settled = new Set<string>();
  #stream_id: string | undefined;

  perform(effect: Extract<Effect, { port: 'journal' }>, file: JournalFile): unknown {
    const result = file.perform(effect);
    switch (effect.ask) {
      case 'append':
        for (const { entry_id } of result ? effect.records : []) {
          if (effect.is_awaited) this.#settled.delete(entry_id);
          else this.#settled.add(entry_id);
        }
        return result;
      case 'read':
        if (!effect.only_unsettled) return result;
        if (this.#stream_id !== undefined && this.#stream_id !== effect.stream_id)
          this.#settled.clear();
        this.#stream_id = effect.stream_id;
        return (result as JournalRecord[]).filter((one) => !this.#settled.has(one.entry_id));
      case 'complete':
        for (const { entry_id } of result ? effect.records : []) this.#settled.add(entry_id);
        return result;
      case 'settle':
        if (effect.entry_ids === null) this.#settled.clear();
        for (const entry_id of effect.entry_ids ?? []) this.#settled.add(entry_id);
        return undefined;
    }
    return result;
  }
}
