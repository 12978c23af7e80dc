import { readEntry } from '../entry/entry.ts';
import { get, put, run } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import { heldBody, openKept } from './bodies.ts';
import { readRows } from './deliver.ts';
import { readMeta } from './meta.ts';
import type { OwnRow, PhotoRow, StreamRow } from './stores.ts';

const LOOKED_AT_ONCE = 500;

/**
 * Entries that the journal gave back after the store was lost have come without their pictures: these are lost
 * here. Each entry is looked at once, and those of a locked profile when somebody unlocks it.
 */
export function* noticeMissing(): Script<void> {
  const stream = yield* readMeta<StreamRow>('stream');
  const looked = yield* readMeta<Looked>('photos_looked');
  if (!stream) return;
  const { stream_id, last_seq } = stream;
  let through = looked?.stream_id === stream_id ? looked.through : 0;
  while (through < last_seq) {
    const rows = yield* readRows(stream_id, through + 1, LOOKED_AT_ONCE);
    const bodies = yield* openKept(rows.map(heldBody));
    if (bodies === 'locked' || rows.length === 0) return;
    const named = rows.flatMap((row, place) => photoNamedIn(row, bodies[place]));
    through = (rows.at(-1) as OwnRow).stream_seq;
    yield* noteMissing(named, { stream_id, through });
  }
}

interface Looked {
  readonly stream_id: string;
  readonly through: number;
}

function photoNamedIn(row: OwnRow, body: string | null | undefined): PhotoRow[] {
  if (!body?.includes('"sha256"')) return [];
  const { sha256 } = readEntry(body).payload ?? {};
  if (typeof sha256 !== 'string') return [];
  const { entry_id, subject_id, at = 0 } = row;
  return [{ hash: sha256, size: 0, entry_id, subject_id, at, is_sent: false, is_lost: true }];
}

function noteMissing(named: readonly PhotoRow[], looked: Looked): Script<void> {
  return run<void>({
    stores: ['photos', 'meta'],
    mode: 'readwrite',
    durability: named.length > 0 ? 'strict' : 'relaxed',
    *work() {
      for (const row of named) {
        if (!(yield* get<PhotoRow>('photos', row.hash))) yield* put('photos', row);
      }
      yield* put('meta', looked, 'photos_looked');
    },
  });
}
