import { readEntry } from '../entry/entry.ts';
import { clear, count, get, keys, put, remove, run, seal, tellScreens } from '../machine/ask.ts';
import type { Kept, Script, StoreScript } from '../machine/effect.ts';
import { says_lost } from './bodies.ts';
import type { Footing, Receipt, ReceivedItem, SetAsideEntry } from './log.ts';
import type { OwnRow } from './stores.ts';
import { readStreams } from './streams.ts';
import { keepWithdrawn, readWithdrawn } from './withdrawn.ts';

const STORES = ['entries', 'pulled', 'reference', 'set_aside', 'meta', 'streams'] as const;

export function readFooting(): Script<Footing> {
  return run({
    stores: ['meta', 'streams'],
    mode: 'readonly',
    durability: 'relaxed',
    work: findFooting,
  });
}

function* findFooting(): StoreScript<Footing> {
  const { stream_id } = (yield* readStreams()).current;
  const cursor = (yield* get<string>('meta', 'cursor')) ?? '';
  return { cursor, stream_id, reading: (yield* get<string>('meta', 'reading')) ?? null };
}

/**
 * What the server hands out and the cursor behind it, in one transaction. False, and nothing is kept, where the tablet
 * stands elsewhere by now: its database was lost and begun anew, a stream was left, or reading has ended, while the
 * answer was under way. The cursor would pass over what came before.
 */
export function* receiveItems(receipt: Receipt): Script<boolean> {
  const { items, asked_from } = receipt;
  const kept = yield* seal(items.map(textOf));
  const is_kept = yield* run<boolean>({
    stores: STORES,
    mode: 'readwrite',
    // All of it can be fetched again: the cursor goes back with it.
    durability: 'relaxed',
    *work() {
      if (!is_same(yield* findFooting(), asked_from)) return false;
      const withdrawn = receipt.replaces_all ? new Set<string>() : yield* readWithdrawn();
      if (receipt.replaces_all) {
        yield* clear('pulled');
        yield* clear('reference');
        // All that is set aside, and all that is withdrawn, comes again.
        yield* clear('set_aside');
      }
      for (const [place, item] of items.entries()) {
        yield* receiveItem(item, kept[place] as Kept);
        noteWithdrawn(withdrawn, item);
      }
      yield* keepWithdrawn(withdrawn, receipt.cursor);
      yield* put('meta', receipt.cursor, 'cursor');
      return true;
    },
  });
  if (!is_kept) return false;
  if (receipt.replaces_all) yield* tellScreens({ what: 'received', subject_ids: null });
  else if (items.length > 0) {
    yield* tellScreens({ what: 'received', subject_ids: touchedSubjects(items) });
  }
  return true;
}

function is_same(one: Footing, other: Footing): boolean {
  const { cursor, stream_id, reading } = other;
  return one.cursor === cursor && one.stream_id === stream_id && one.reading === reading;
}

export function holdsReceived(): Script<boolean> {
  return run({
    stores: ['pulled', 'reference'],
    mode: 'readonly',
    durability: 'relaxed',
    *work() {
      return (yield* count('pulled', null)) > 0 || (yield* count('reference', null)) > 0;
    },
  });
}

/** Reading has ended: at once with what may not be read, so that nothing that is under way comes back. */
export function* dropReceived(): Script<void> {
  yield* run<void>({
    stores: STORES,
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      yield* clear('pulled');
      for (const key of yield* keys<[string, string]>('reference', null)) {
        if (key[0] !== 'protocol') yield* remove('reference', key);
      }
      yield* put('meta', '', 'cursor');
      yield* put('meta', 'ended', 'reading');
    },
  });
  yield* tellScreens({ what: 'received', subject_ids: null });
}

/** What is handed out of a subject may be read, so all that she made of it herself may be. */
function noteWithdrawn(withdrawn: Set<string>, item: ReceivedItem): void {
  if (item.what === 'withdrawn') withdrawn.add(item.subject_id);
  else if (item.what === 'granted') withdrawn.delete(item.subject_id);
  else if (item.what === 'entry') withdrawn.delete(readEntry(item.body).subject_id);
}

function textOf(item: ReceivedItem): string {
  if (item.what === 'entry') return item.body;
  return item.what === 'row' ? JSON.stringify(item.row) : '';
}

function* receiveItem(item: ReceivedItem, kept: Kept): StoreScript<void> {
  switch (item.what) {
    case 'entry': {
      const { entry_id, subject_id } = readEntry(item.body);
      const { stream_id, stream_seq } = item;
      const own = yield* get<OwnRow>('entries', entry_id, 'entry_id');
      // Handed out, so accepted: after a second look perhaps.
      yield* remove('set_aside', own ? [own.stream_id, own.stream_seq] : [stream_id, stream_seq]);
      // Made by this tablet itself, and still here.
      if (own && own.body !== null && !says_lost(own.body)) return;
      yield* put('pulled', { entry_id, subject_id, stream_id, stream_seq, body: kept });
      return;
    }
    case 'row':
      yield* put('reference', { room: item.room, id: item.id, kept });
      return;
    case 'set_aside': {
      const { entry_id, code, text } = item;
      yield* put('set_aside', { ...(yield* placeHere(item)), entry_id, code, text });
      return;
    }
    case 'granted':
      // What it grants follows as entries and rows of its own, and what she made of it herself is here.
      return;
    case 'withdrawn':
      yield* remove('reference', [item.subject_kind, item.subject_id]);
      for (const key of yield* keys<string>('pulled', item.subject_id, 'subject_id')) {
        yield* remove('pulled', key);
      }
  }
}

/** Set aside for an id that is an accepted entry's, perhaps: that one is not touched by it. */
const OF_ANOTHER = new Set(['device-revoked', 'not-your-entry', 'same-id-other-content']);

/** The server names the number it first came under; here it may have been moved to another stream since. */
function* placeHere(item: SetAsideEntry) {
  const { stream_id, stream_seq } = item;
  const there = yield* get<OwnRow>('entries', [stream_id, stream_seq]);
  const may_be_moved = !OF_ANOTHER.has(item.code);
  const moved = may_be_moved ? yield* get<OwnRow>('entries', item.entry_id, 'entry_id') : undefined;
  const own = there ?? moved;
  return own ? { stream_id: own.stream_id, stream_seq: own.stream_seq } : { stream_id, stream_seq };
}

/** null where rows or set-aside entries are among them, which belong to any subject. */
function touchedSubjects(items: readonly ReceivedItem[]): string[] | null {
  const touched = new Set<string>();
  for (const item of items) {
    if (item.what === 'entry') touched.add(readEntry(item.body).subject_id);
    else if (item.what === 'granted' || item.what === 'withdrawn') touched.add(item.subject_id);
    else return null;
  }
  return [...touched];
}
