import { all, get, put, run, seal, tellScreens } from '../machine/ask.ts';
import type { Kept, Script } from '../machine/effect.ts';
import { openKept } from './bodies.ts';
import type { ReferenceRow, Room } from './log.ts';
import type { ReferenceKept } from './stores.ts';

type Row = ReferenceRow['row'];

export function* referenceRow(room: Room, id: string): Script<Row | null> {
  const found = yield* run<ReferenceKept | undefined>({
    stores: ['reference'],
    mode: 'readonly',
    durability: 'relaxed',
    work: () => get<ReferenceKept>('reference', [room, id]),
  });
  return found ? ((yield* openRows([found]))[0] ?? null) : null;
}

export function* referenceRows(room: Room): Script<Row[]> {
  const found = yield* run<ReferenceKept[]>({
    stores: ['reference'],
    mode: 'readonly',
    durability: 'relaxed',
    // An array sorts after every string: the range holds all keys of the room.
    work: () => all<ReferenceKept>('reference', { from: [room], through: [room, '\uffff'] }),
  });
  return yield* openRows(found);
}

export function* writeReference(rows: readonly ReferenceRow[]): Script<void> {
  const kept = yield* seal(rows.map((one) => JSON.stringify(one.row)));
  yield* run<void>({
    stores: ['reference'],
    mode: 'readwrite',
    durability: 'relaxed',
    *work() {
      for (const [place, { room, id }] of rows.entries()) {
        yield* put('reference', { room, id, kept: kept[place] });
      }
    },
  });
  yield* tellScreens({ what: 'received', subject_ids: null });
}

function* openRows(found: readonly ReferenceKept[]): Script<Row[]> {
  const texts = yield* openKept(found.map((one): Kept | null => one.kept ?? null));
  if (texts === 'locked') return [];
  return found.flatMap((one, place) => {
    const text = texts[place];
    return one.row ? [one.row] : typeof text === 'string' ? [JSON.parse(text) as Row] : [];
  });
}
