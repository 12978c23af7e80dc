import type { JournalRecord } from '../machine/effect.ts';
import { type Found, readRecords, writeRecords } from './record.ts';

interface OpenFile {
  readonly name: string;
  readonly handle: FileSystemSyncAccessHandle;
}

interface OwnFile extends OpenFile {
  size: number;
}

/** What is read whole at each start: a file that is longer is not gone on with. */
const FULL_BYTES = 512 * 1024;

/**
 * Each page life goes on with a file of an earlier one, and empties what may go: browsers keep the names of files in
 * a database of their own, and a power cut may take those that are new (docs/decisions/0012-a-torn-end.md). A file that
 * another tab has open cannot be read here; that tab looks after it. One thing after another: nothing here is asked
 * before what was asked before it is done.
 */
export class JournalFiles {
  readonly #folder: FileSystemDirectoryHandle;
  /** Opened with the first record: most page lives write none. */
  #own: OwnFile | null = null;
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
    this.#own ??= await this.#openOwn();
    const own = this.#own;
    const bytes = writeRecords(records);
    const written = own.handle.write(bytes, { at: own.size });
    if (written !== bytes.length) {
      own.handle.truncate(own.size);
      throw new DOMException('torn', 'QuotaExceededError');
    }
    own.handle.flush();
    const was_quiet = own.size === (this.#quiet.get(own.name) ?? 0);
    own.size += written;
    for (const { entry_id } of records) {
      if (is_alone) this.#settled.delete(entry_id);
      else this.#settled.add(entry_id);
    }
    if (was_quiet && !is_alone) this.#quiet.set(own.name, own.size);
  }

  /**
   * The log has all of them: those that no file here has are written. Where another tab has a file open, it did so
   * when it began. Gives how many that were.
   */
  async complete(records: readonly JournalRecord[]): Promise<number> {
    const own = this.#own;
    const there = new Set<string>();
    // A file that cannot be read now costs one copy at most: the next start finds it.
    const note = ({ name, handle }: OpenFile) => {
      for (const one of this.#look(name, handle)?.records ?? []) there.add(one.entry_id);
    };
    if (own) note(own);
    for await (const one of this.#others()) {
      if (!one) return 0;
      note(one);
    }
    const missing = records.filter((one) => !there.has(one.entry_id));
    if (missing.length > 0) await this.append(missing, false);
    return missing.length;
  }

  settle(entry_ids: readonly string[] | null): void {
    for (const entry_id of entry_ids ?? []) this.#settled.add(entry_id);
    if (entry_ids !== null) return;
    this.#settled.clear();
    this.#quiet.clear();
  }

  async #openOwn(): Promise<OwnFile> {
    for await (const one of this.#others(true)) {
      const own = one && this.#takeOver(one);
      if (own) return own;
      one?.handle.close();
    }
    const name = crypto.randomUUID();
    const file = await this.#folder.getFileHandle(name, { create: true });
    return { name, handle: await file.createSyncAccessHandle(), size: 0 };
  }

  /** Behind a torn end nothing is written; a file that is damaged stays as it is. */
  #takeOver({ name, handle }: OpenFile): OwnFile | null {
    if (handle.getSize() > FULL_BYTES) return null;
    const found = this.#look(name, handle);
    if (!found || found.damage.length > 0) return null;
    if (found.end < handle.getSize()) handle.truncate(found.end);
    return { name, handle, size: found.end };
  }

  /** Another tab may have begun the log anew: what was taken into the one before is not in it. */
  async read(only_unsettled = false, stream_id?: string): Promise<JournalRecord[]> {
    if (stream_id !== undefined) {
      if (this.#stream_id !== undefined && this.#stream_id !== stream_id) this.settle(null);
      this.#stream_id = stream_id;
    }
    const read = only_unsettled ? this.#readUnsettled.bind(this) : this.#readAll.bind(this);
    const own = this.#own;
    const found = own ? read(own.name, own.handle) : [];
    for await (const one of this.#others()) if (one) found.push(...read(one.name, one.handle));
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
   * A file whose records may all go is emptied, and its name is used again. What is damaged may hide a record that
   * nobody has dropped: that file stays.
   */
  async drop(entry_ids: readonly string[]): Promise<void> {
    for (const entry_id of entry_ids) this.#dropped.add(entry_id);
    const own = this.#own;
    if (own && this.#emptyWhereDone(own)) own.size = 0;
    for await (const one of this.#others()) if (one) this.#emptyWhereDone(one);
  }

  #emptyWhereDone({ name, handle }: OpenFile): boolean {
    if (handle.getSize() === 0) return false;
    const found = this.#look(name, handle);
    if (!found || found.damage.length > 0 || found.records.some(this.#is_kept)) return false;
    handle.truncate(0);
    handle.flush();
    this.#quiet.delete(name);
    return true;
  }

  /** null: another tab has it open. Each is closed when the next one is asked for, unless it is to stay open. */
  async *#others(stays_open = false): AsyncGenerator<OpenFile | null> {
    for await (const [name, entry] of this.#folder.entries()) {
      if (name === this.#own?.name || entry.kind !== 'file') continue;
      let handle: FileSystemSyncAccessHandle;
      try {
        handle = await (entry as FileSystemFileHandle).createSyncAccessHandle();
      } catch (cause) {
        // Else there is nothing behind the name any more.
        if ((cause as Error).name === 'NoModificationAllowedError') yield null;
        continue;
      }
      try {
        yield { name, handle };
      } finally {
        if (!stays_open) handle.close();
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
