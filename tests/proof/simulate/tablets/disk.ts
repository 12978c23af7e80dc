import { upgrade } from '../../../../pwa/src/log/stores.ts';
import type { Key, StoreName, StoreOp, Transaction } from '../../../../pwa/src/machine/effect.ts';
import { assertKey, compareKeys, is_in } from './keys.ts';

export interface Row {
  readonly key: Key;
  readonly value: unknown;
}

/** All stores as they stand at one moment; never changed, only followed by another. */
export type Image = ReadonlyMap<StoreName, readonly Row[]>;

interface Index {
  readonly path: string;
  readonly is_unique: boolean;
}

interface Layout {
  readonly path: string | readonly string[] | null;
  readonly makes_keys: boolean;
  readonly indexes: Map<string, Index>;
}

/** Read from the app's own `upgrade`, so that it can never be another one. */
const LAYOUT = readLayout();

export function failure(name: string): Error {
  return Object.assign(new Error(`simulated ${name}`), { name });
}

/**
 * An IndexedDB in memory. What was committed can be read at once (and outlives the browser); what a power cut
 * leaves is the last image known to be on the disk, or any later one: commits are kept in their order.
 */
export class Disk {
  #images: Image[];
  /** What became of images in which a row was spoilt between their commit and their flush. */
  readonly #spoilt = new WeakMap<Image, Image>();

  constructor(image: Image = emptyImage()) {
    this.#images = [image];
  }

  get image(): Image {
    return this.#images.at(-1) as Image;
  }

  /** What is certain to survive a power cut. */
  get durable(): Image {
    return this.#images[0] as Image;
  }

  commit(image: Image): void {
    this.#images.push(image);
  }

  /** The image and all before it are on the disk now. */
  flush(image: Image = this.image): void {
    let now = image;
    while (this.#spoilt.has(now)) now = this.#spoilt.get(now) as Image;
    const place = this.#images.indexOf(now);
    if (place > 0) this.#images.splice(0, place);
  }

  /** `choose` says how many of the unflushed commits had reached the disk by themselves. */
  cutPower(choose: (count: number) => number): void {
    this.#images = [this.#images[choose(this.#images.length)] as Image];
  }

  wipe(): void {
    this.putBack(emptyImage());
  }

  putBack(image: Image): void {
    this.#images = [image];
  }

  /** The medium has changed what a row holds, in every image that has it. */
  spoil(store: StoreName, row: Row, value: unknown): void {
    const spoilt = { key: row.key, value: keep(value) };
    this.#images = this.#images.map((image) => {
      const rows = image.get(store) ?? [];
      const changed = rows.map((one) => (one === row ? spoilt : one));
      const now = new Map(image).set(store, changed);
      this.#spoilt.set(image, now);
      return now;
    });
  }
}

export function emptyImage(): Image {
  return new Map([...LAYOUT.keys()].map((name) => [name, []]));
}

export interface Worked<Result> {
  readonly result: Result;
  readonly image: Image;
}

/** Runs the work of a transaction over an image. `before` is asked at each operation and may throw. */
export function work<Result>(
  image: Image,
  transaction: Transaction<Result>,
  before: () => void = () => undefined,
): Worked<Result> {
  const draft = new Draft(image, transaction);
  const script = transaction.work();
  let step = script.next();
  while (!step.done) {
    before();
    let answer: unknown;
    try {
      answer = draft.perform(step.value);
    } catch (cause) {
      // In a browser the transaction is lost by now, whatever the work does with it.
      script.throw(cause);
      throw cause;
    }
    step = script.next(answer);
  }
  return { result: step.value, image: draft.image };
}

class Draft {
  image: Map<StoreName, readonly Row[]>;
  readonly #transaction: Transaction<unknown>;

  constructor(image: Image, transaction: Transaction<unknown>) {
    this.image = new Map(image);
    this.#transaction = transaction;
  }

  perform(op: StoreOp): unknown {
    if (op.op === 'together') return op.ops.map((one) => this.perform(one));
    if (!this.#transaction.stores.includes(op.store)) throw failure('NotFoundError');
    switch (op.op) {
      case 'get':
        return this.#find(op.store, op.key, op.index)[0]?.value;
      case 'all':
        return this.#find(op.store, op.range, op.index, op.limit).map((row) => row.value);
      case 'keys':
        return this.#find(op.store, op.range, op.index).map((row) => row.key);
      case 'count':
        return this.#find(op.store, op.range).length;
      case 'last_key':
        return this.#find(op.store, op.range).at(-1)?.key;
    }
    if (this.#transaction.mode !== 'readwrite') throw failure('ReadOnlyError');
    switch (op.op) {
      case 'put':
      case 'add':
        return this.#write(op.store, op.value, op.key, op.op === 'add');
      case 'delete':
        return this.#remove(op.store, op.key);
      case 'clear':
        this.image.set(op.store, []);
    }
    return undefined;
  }

  #find(
    store: StoreName,
    range: Parameters<typeof is_in>[0],
    index?: string,
    limit = Number.POSITIVE_INFINITY,
  ): readonly Row[] {
    const rows = this.#rows(store);
    if (index === undefined && range === null && limit >= rows.length) return rows;
    const found: Row[] = [];
    if (index === undefined) {
      for (
        let place = startOf(rows, range);
        place < rows.length && found.length < limit;
        place += 1
      ) {
        const row = rows[place] as Row;
        if (!is_in(range, row.key)) break;
        found.push(row);
      }
      return found;
    }
    const path = layoutOf(store).indexes.get(index)?.path;
    if (path === undefined) throw failure('NotFoundError');
    for (const row of rows) {
      const key = fieldOf(row.value, path) as Key;
      if (key !== undefined && is_in(range, key)) found.push(row);
    }
    found.sort((a, b) => compareKeys(fieldOf(a.value, path) as Key, fieldOf(b.value, path) as Key));
    return found.slice(0, limit);
  }

  #write(store: StoreName, value: unknown, key: Key | undefined, is_add: boolean): Key {
    const kept = keep(value);
    const place = this.#keyOf(store, kept, key);
    const rows = this.#rows(store);
    const at = placeOf(rows, place);
    const is_there = at < rows.length && compareKeys((rows[at] as Row).key, place) === 0;
    if (is_add && is_there) throw failure('ConstraintError');
    this.#assertUnique(store, kept, place);
    const changed = rows.slice();
    changed.splice(at, is_there ? 1 : 0, { key: place, value: kept });
    this.image.set(store, changed);
    return place;
  }

  #keyOf(store: StoreName, value: unknown, key: Key | undefined): Key {
    const { path, makes_keys } = layoutOf(store);
    const named =
      path === null
        ? key
        : typeof path === 'string'
          ? fieldOf(value, path)
          : path.map((part) => fieldOf(value, part));
    if (path !== null && key !== undefined) throw failure('DataError');
    if (named === undefined && makes_keys) {
      return ((this.#rows(store).at(-1)?.key as number | undefined) ?? 0) + 1;
    }
    assertKey(named);
    return named;
  }

  #assertUnique(store: StoreName, value: unknown, key: Key): void {
    for (const { path, is_unique } of layoutOf(store).indexes.values()) {
      const taken = fieldOf(value, path);
      if (!is_unique || taken === undefined) continue;
      for (const row of this.#rows(store)) {
        if (fieldOf(row.value, path) === taken && compareKeys(row.key, key) !== 0) {
          throw failure('ConstraintError');
        }
      }
    }
  }

  #remove(store: StoreName, key: Key): void {
    const rows = this.#rows(store);
    const kept = rows.filter((row) => compareKeys(row.key, key) !== 0);
    if (kept.length < rows.length) this.image.set(store, kept);
  }

  #rows(store: StoreName): readonly Row[] {
    const rows = this.image.get(store);
    if (!rows) throw failure('NotFoundError');
    return rows;
  }
}

function layoutOf(store: StoreName): Layout {
  return LAYOUT.get(store) as Layout;
}

function fieldOf(value: unknown, path: string): unknown {
  return (value as Record<string, unknown>)[path];
}

/** Where the key stands, or would stand. */
function placeOf(rows: readonly Row[], key: Key): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys((rows[middle] as Row).key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function startOf(rows: readonly Row[], range: Parameters<typeof is_in>[0]): number {
  if (range === null) return 0;
  const is_key = typeof range !== 'object' || Array.isArray(range);
  const from = is_key ? (range as Key) : (range as { from?: Key }).from;
  if (from === undefined) return 0;
  const place = placeOf(rows, from);
  const is_open = !is_key && (range as { is_from_open?: boolean }).is_from_open;
  const stands_on = place < rows.length && compareKeys((rows[place] as Row).key, from) === 0;
  return is_open && stands_on ? place + 1 : place;
}

/** A copy that nobody can change: what IndexedDB's structured clone is for. */
function keep(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (Array.isArray(value)) return Object.freeze(value.map(keep));
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    if (typeof part === 'function') throw failure('DataCloneError');
    copy[name] = keep(part);
  }
  return Object.freeze(copy);
}

function readLayout(): Map<StoreName, Layout> {
  const found = new Map<StoreName, Layout>();
  const database = {
    createObjectStore(
      name: StoreName,
      options: { keyPath?: string | string[]; autoIncrement?: boolean } = {},
    ) {
      const layout: Layout = {
        path: options.keyPath ?? null,
        makes_keys: options.autoIncrement ?? false,
        indexes: new Map(),
      };
      found.set(name, layout);
      return {
        createIndex(index: string, path: string, more: { unique?: boolean } = {}) {
          layout.indexes.set(index, { path, is_unique: more.unique ?? false });
        },
        put: () => Promise.resolve(),
      };
    },
  };
  upgrade(database as unknown as Parameters<typeof upgrade>[0], 0);
  return found;
}
