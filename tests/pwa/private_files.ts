import { vi } from 'vitest';

type Bytes = Uint8Array<ArrayBuffer>;

/** The origin's private file system, in memory: folders of files, and what a browser does wrong with it. */
export class PrivateFiles {
  readonly folders = new Map<string, Map<string, Bytes>>();
  /** Asked before each step; what it gives is thrown. */
  fault: (step: 'folder' | 'open' | 'read' | 'write') => Error | null = () => null;
  /** A write takes in no more bytes than these. */
  cuts_short: number | null = null;
  readonly #in_use = new Set<string>();

  /** For the length of a test: this is the browser's. */
  stub(beside: object = {}): this {
    const getDirectory = async () => this.#root();
    vi.stubGlobal('navigator', { storage: { getDirectory }, ...beside });
    vi.stubGlobal('FileSystemFileHandle', class {});
    return this;
  }

  files(folder: string): string[] {
    return [...(this.folders.get(folder)?.keys() ?? [])];
  }

  sizes(folder: string): number[] {
    return [...(this.folders.get(folder)?.values() ?? [])].map((bytes) => bytes.length);
  }

  text(folder: string, name: string): string {
    return new TextDecoder().decode(this.folders.get(folder)?.get(name) ?? new Uint8Array());
  }

  /** The page that had files open is gone. */
  endPage(): void {
    this.#in_use.clear();
  }

  put(folder: string, name: string, bytes: Bytes): void {
    const files = this.folders.get(folder) ?? new Map<string, Bytes>();
    this.folders.set(folder, files.set(name, bytes));
  }

  #assertWell(step: 'folder' | 'open' | 'read' | 'write'): void {
    const fault = this.fault(step);
    if (fault) throw fault;
  }

  #root() {
    const { folders } = this;
    return {
      keys: async function* () {
        yield* [...folders.keys()];
      },
      getDirectoryHandle: async (name: string) => {
        this.#assertWell('folder');
        if (!folders.has(name)) folders.set(name, new Map());
        return this.#folder(name, folders.get(name) as Map<string, Bytes>);
      },
    };
  }

  #folder(folder: string, files: Map<string, Bytes>) {
    const file = (name: string) => this.#file(`${folder}/${name}`, files, name);
    return {
      getFileHandle: async (name: string, { create = false } = {}) => {
        if (!files.has(name)) {
          if (!create) throw new DOMException('no such file', 'NotFoundError');
          files.set(name, new Uint8Array());
        }
        return file(name);
      },
      entries: async function* () {
        for (const name of [...files.keys()]) yield [name, file(name)];
      },
      removeEntry: async (name: string) => void files.delete(name),
    };
  }

  #file(path: string, files: Map<string, Bytes>, name: string) {
    return {
      kind: 'file',
      getFile: async () => {
        this.#assertWell('read');
        return new Blob([files.get(name) ?? new Uint8Array()]);
      },
      createSyncAccessHandle: async () => {
        this.#assertWell('open');
        if (this.#in_use.has(path)) throw new DOMException('open', 'NoModificationAllowedError');
        this.#in_use.add(path);
        return this.#handle(path, files, name);
      },
    };
  }

  #handle(path: string, files: Map<string, Bytes>, name: string) {
    const bytes = () => files.get(name) ?? new Uint8Array();
    return {
      getSize: () => bytes().length,
      read: (into: Bytes) => {
        this.#assertWell('read');
        into.set(bytes().subarray(0, into.length));
        return Math.min(bytes().length, into.length);
      },
      write: (whole: Bytes, { at }: { at: number }) => {
        this.#assertWell('write');
        const from = whole.subarray(0, this.cuts_short ?? whole.length);
        const grown = new Uint8Array(Math.max(bytes().length, at + from.length));
        grown.set(bytes());
        grown.set(from, at);
        files.set(name, grown);
        return from.length;
      },
      truncate: (size: number) => void files.set(name, bytes().slice(0, size)),
      flush: () => undefined,
      close: () => void this.#in_use.delete(path),
    };
  }
}

/** Web Locks between the tabs of one test. */
export class TabLocks {
  readonly #queues = new Map<string, Promise<unknown>>();

  request<Result>(name: string, ...given: [...unknown[], () => Promise<Result>]): Promise<Result> {
    const work = given.at(-1) as () => Promise<Result>;
    const turn = (this.#queues.get(name) ?? Promise.resolve()).then(work);
    this.#queues.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  }
}
