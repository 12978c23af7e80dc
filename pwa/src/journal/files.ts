import type { JournalRecord } from '../machine/effect.ts';
import { readRecords, writeRecords } from './record.ts';

/**
 * One file a page life, only ever appended to; a file goes when everything in it may go. A file that another
 * tab has open cannot be read here; that tab looks after it.
 */
export class JournalFiles {
  readonly #folder: FileSystemDirectoryHandle;
  readonly #own: FileSystemSyncAccessHandle;
  readonly #own_name: string;
  #size: number;
  readonly #dropped = new Set<string>();

  private constructor(
    folder: FileSystemDirectoryHandle,
    own: FileSystemSyncAccessHandle,
    own_name: string,
  ) {
    this.#folder = folder;
    this.#own = own;
    this.#own_name = own_name;
    this.#size = own.getSize();
  }

  static async open(person_id: string): Promise<JournalFiles> {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(`noticing-journal-${person_id}`, { create: true });
    const name = crypto.randomUUID();
    const file = await folder.getFileHandle(name, { create: true });
    return new JournalFiles(folder, await file.createSyncAccessHandle(), name);
  }

  append(records: readonly JournalRecord[]): void {
    const bytes = writeRecords(records);
    const written = this.#own.write(bytes, { at: this.#size });
    if (written !== bytes.length) throw new DOMException('torn', 'QuotaExceededError');
    this.#own.flush();
    this.#size += written;
  }

  async read(): Promise<JournalRecord[]> {
    const found = readOpen(this.#own);
    for await (const { handle } of this.#others()) found.push(...readOpen(handle));
    return found.filter((one) => !this.#dropped.has(one.entry_id));
  }

  /** A file whose records may all go is emptied; a file of an earlier page life is removed. */
  async drop(entry_ids: readonly string[]): Promise<void> {
    for (const entry_id of entry_ids) this.#dropped.add(entry_id);
    const is_done = (handle: FileSystemSyncAccessHandle) =>
      readOpen(handle).every((one) => this.#dropped.has(one.entry_id));
    if (is_done(this.#own)) {
      this.#own.truncate(0);
      this.#own.flush();
      this.#size = 0;
    }
    const done: string[] = [];
    for await (const { name, handle } of this.#others()) if (is_done(handle)) done.push(name);
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

function readOpen(handle: FileSystemSyncAccessHandle): JournalRecord[] {
  const bytes = new Uint8Array(handle.getSize());
  handle.read(bytes, { at: 0 });
  return readRecords(bytes);
}
