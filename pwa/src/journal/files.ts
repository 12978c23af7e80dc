import type { JournalRecord } from '../machine/effect.ts';
import { type Found, readRecords, writeRecords } from './record.ts';

/**
 * One file a page life, only ever appended to; a file goes when everything in it may go. A file that another
 * tab has open cannot be read here; that tab looks after it.
 */
export class JournalFiles {
  readonly #folder: FileSystemDirectoryHandle;
  readonly #own_name = crypto.randomUUID();
  /** Made with the first record: most page lives write none. */
  #own: Promise<FileSystemSyncAccessHandle> | null = null;
  #size = 0;
  readonly #dropped = new Set<string>();
  /** Known to be in the log. */
  readonly #settled = new Set<string>();
  /** What the log appended to when it was looked at last. */
  #stream_id: string | undefined;
  /** By file: how long it was when everything in it was settled. */
  readonly #quiet = new Map<string, number>();
  /** Places of damage; true where they were told. */
  readonly #damage = new Map<string, boolean>();

  private constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  static async open(profile: string): Promise<JournalFiles> {
    const root = await navigator.storage.getDirectory();
    const name = `noticing-journal-${profile}`;
    return new JournalFiles(await root.getDirectoryHandle(name, { create: true }));
  }

  /** `is_alone`: the log does not take them; else it is just about to. */
  async append(records: readonly JournalRecord[], is_alone = true): Promise<void> {
    this.#own ??= this.#makeOwn();
    const own = await this.#own;
    const bytes = writeRecords(records);
    const written = own.write(bytes, { at: this.#size });
    if (written !== bytes.length) {
      own.truncate(this.#size);
      throw new DOMException('torn', 'QuotaExceededError');
    }
    own.flush();
    const was_quiet = this.#size === (this.#quiet.get(this.#own_name) ?? 0);
    this.#size += written;
    for (const { entry_id } of records) {
      if (is_alone) this.#settled.delete(entry_id);
      else this.#settled.add(entry_id);
    }
    if (was_quiet && !is_alone) this.#quiet.set(this.#own_name, this.#size);
  }

  settle(entry_ids: readonly string[] | null): void {
    for (const entry_id of entry_ids ?? []) this.#settled.add(entry_id);
    if (entry_ids !== null) return;
    this.#settled.clear();
    this.#quiet.clear();
  }

  async #makeOwn(): Promise<FileSystemSyncAccessHandle> {
    try {
      const file = await this.#folder.getFileHandle(this.#own_name, { create: true });
      return await file.createSyncAccessHandle();
    } catch (cause) {
      this.#own = null;
      throw cause;
    }
  }

  /** Another tab may have begun the log anew: what was taken into the one before is not in it. */
  async read(only_unsettled = false, stream_id?: string): Promise<JournalRecord[]> {
    if (stream_id !== undefined) {
      if (this.#stream_id !== undefined && this.#stream_id !== stream_id) this.settle(null);
      this.#stream_id = stream_id;
    }
    const read = only_unsettled ? this.#readUnsettled.bind(this) : this.#readAll.bind(this);
    const own = await this.#own;
    const found = own ? read(this.#own_name, own) : [];
    for await (const { name, handle } of this.#others()) found.push(...read(name, handle));
    return found;
  }

  #readAll(name: string, handle: FileSystemSyncAccessHandle): JournalRecord[] {
    return this.#look(name, handle)?.records.filter(this.#is_kept) ?? [];
  }

  #readUnsettled(name: string, handle: FileSystemSyncAccessHandle): JournalRecord[] {
    const size = handle.getSize();
    if (size === (this.#quiet.get(name) ?? 0)) return [];
    const looked = this.#look(name, handle);
    const kept = looked?.records.filter(this.#is_kept) ?? [];
    const found = kept.filter((one) => !this.#settled.has(one.entry_id));
    if (looked && found.length === 0) this.#quiet.set(name, size);
    return found;
  }

  readonly #is_kept = (one: JournalRecord) => !this.#dropped.has(one.entry_id);

  /** null: what is in it cannot be known now. */
  #look(name: string, handle: FileSystemSyncAccessHandle): Found | null {
    const found = readOpen(handle);
    for (const { from, before } of found?.damage ?? []) {
      const place = `${name} ${from}-${before}`;
      if (!this.#damage.has(place)) this.#damage.set(place, false);
    }
    return found;
  }

  /** Where the disk has changed what was written, as far as that was not told before. */
  takeDamage(): string[] {
    const untold = [...this.#damage].flatMap(([place, is_told]) => (is_told ? [] : place));
    for (const place of untold) this.#damage.set(place, true);
    return untold;
  }

  /**
   * A file whose records may all go is emptied; a file of an earlier page life is removed. What is damaged may
   * hide a record that nobody has dropped: that file stays.
   */
  async drop(entry_ids: readonly string[]): Promise<void> {
    for (const entry_id of entry_ids) this.#dropped.add(entry_id);
    const is_done = (name: string, handle: FileSystemSyncAccessHandle) => {
      const found = this.#look(name, handle);
      if (!found || found.damage.length > 0) return false;
      return !found.records.some(this.#is_kept);
    };
    const own = await this.#own;
    if (own && is_done(this.#own_name, own)) {
      own.truncate(0);
      own.flush();
      this.#size = 0;
      this.#quiet.delete(this.#own_name);
    }
    const done: string[] = [];
    for await (const { name, handle } of this.#others()) if (is_done(name, handle)) done.push(name);
    for (const name of done) await this.#folder.removeEntry(name);
  }

  async *#others(): AsyncGenerator<{ name: string; handle: FileSystemSyncAccessHandle }> {
    for await (const [name, entry] of this.#folder.entries()) {
      if (name === this.#own_name || entry.kind !== 'file') continue;
      let handle: FileSystemSyncAccessHandle;
      try {
        handle = await (entry as FileSystemFileHandle).createSyncAccessHandle();
      } catch {
        continue;
      }
      try {
        yield { name, handle };
      } finally {
        handle.close();
      }
    }
  }
}

function readOpen(handle: FileSystemSyncAccessHandle): Found | null {
  try {
    const bytes = new Uint8Array(handle.getSize());
    return handle.read(bytes, { at: 0 }) === bytes.length ? readRecords(bytes) : null;
  } catch {
    return null;
  }
}
