import type { MadeEntry } from '../entry/entry.ts';
import {
  all,
  appendToJournal,
  get,
  openBytes,
  put,
  readClock,
  remove,
  run,
  seal,
  sealBytes,
  tellScreens,
} from '../machine/ask.ts';
import type { Kept, KeptBytes, Script, StoreScript, Transaction } from '../machine/effect.ts';
import { appendRecords, change, loggedAt, recordOf } from './append.ts';
import { hashBytes } from './hash.ts';
import type { EntryState, LoggedEntry } from './log.ts';
import { note } from './meta.ts';
import type { OwnRow, PhotoRow } from './stores.ts';

/**
 * The picture and the entry that names it come to the disk together or not at all. Unlike a mark it is not
 * kept by the second journal alone: there an entry would stand without its picture. Nor does it use up what
 * is put by for marks on a full tablet.
 */
export function* appendPhoto(made: MadeEntry, bytes: ArrayBuffer): Script<LoggedEntry> {
  const hash = hashBytes(new Uint8Array(bytes));
  if (made.entry.payload.sha256 !== hash) throw new Error('the entry names another picture');
  const [body] = yield* seal([made.body]);
  const kept = yield* sealBytes(bytes);
  const { wall_ms } = yield* readClock();
  const { entry_id, subject_id } = made.entry;
  const row = { hash, size: bytes.byteLength, entry_id, subject_id, at: wall_ms, is_sent: false };
  const record = recordOf(made, body as Kept);
  const [place] = yield* appendRecords([record], {
    stores: ['photos', 'photo_bytes'],
    work: () => keeping(row, kept),
  });
  yield* appendToJournal([record], false);
  yield* tellScreens(change('appended', [made]));
  return loggedAt(place as NonNullable<typeof place>, made);
}

/** The same picture twice is one picture. */
function* keeping(row: PhotoRow, kept: KeptBytes): StoreScript<void> {
  const known = yield* get<PhotoRow>('photos', row.hash);
  if (known && !known.is_forgotten && !known.is_lost) return;
  yield* put('photos', row);
  yield* put('photo_bytes', kept, row.hash);
}

function readingPhotos(is_wanted: (row: PhotoRow) => boolean): Transaction<PhotoRow[]> {
  return {
    stores: ['photos'],
    mode: 'readonly',
    durability: 'relaxed',
    *work() {
      return (yield* all<PhotoRow>('photos', null)).filter(is_wanted);
    },
  };
}

/** Whether the server is not known to hold it, and this tablet can still give it. */
export function is_waiting({ is_sent, is_lost }: PhotoRow): boolean {
  return !is_sent && !is_lost;
}

/** Lost, and the server has not been told yet. */
export function is_untold({ is_sent, is_lost, told_epoch }: PhotoRow): boolean {
  return is_lost === true && !is_sent && told_epoch === undefined;
}

/** What the mark of an entry that the server has may say: its picture must be there, too. */
export function stateByPhoto(
  named: unknown,
  photos: ReadonlyMap<unknown, PhotoRow>,
): Exclude<EntryState, 'set_aside'> {
  if (typeof named !== 'string') return 'check';
  const row = photos.get(named);
  if (row?.is_sent) return 'check';
  return row?.is_lost ? 'photo_lost' : 'dot';
}

/** The oldest first. */
export function* photosToSend(): Script<PhotoRow[]> {
  const rows = yield* run(readingPhotos(is_waiting));
  return rows.sort((one, other) => one.at - other.at);
}

/** Those that were sent and are still here. */
export function sentPhotos(): Script<PhotoRow[]> {
  return run(readingPhotos((row) => row.is_sent && !row.is_forgotten));
}

/**
 * Beside them, once in each epoch of the server, those of which nothing is left here: where a restore has taken
 * them from the server, only this tablet can tell it that they are lost.
 */
export function photosToVerify(server_epoch: string): Script<PhotoRow[]> {
  const is_asked = ({ is_sent, is_forgotten, verified_epoch }: PhotoRow) =>
    is_sent && !(is_forgotten && verified_epoch === server_epoch);
  return run(readingPhotos(is_asked));
}

/**
 * The picture as it was kept; null where it is not on this tablet. What is damaged is lost: that is noted,
 * once and durably, so that nothing waits for it.
 */
export function* readPhoto(hash: string): Script<ArrayBuffer | null | 'locked'> {
  const { row, kept } = yield* run(finding(hash));
  if (!row || row.is_forgotten || row.is_lost) return null;
  const bytes = kept ? yield* openBytes(kept) : null;
  if (bytes === 'locked') return 'locked';
  if (bytes && hashBytes(new Uint8Array(bytes)) === hash) return bytes;
  yield* markLost(hash);
  return null;
}

/** Nothing on this tablet can give it any more. */
export function* markLost(hash: string): Script<void> {
  yield* note('photo-lost', hash);
  yield* changePhotos([hash], (row) => (row.is_sent ? row : { ...row, is_lost: true }));
}

/** Lost, and not known to the server in its present epoch. */
export function* photosToDeclare(server_epoch: string): Script<string[]> {
  const is_meant = ({ is_sent, is_lost, told_epoch }: PhotoRow) =>
    is_lost === true && !is_sent && told_epoch !== server_epoch;
  return (yield* run(readingPhotos(is_meant))).map((row) => row.hash);
}

export function* markDeclared(hash: string, server_epoch: string): Script<void> {
  yield* changePhotos([hash], (row) => ({ ...row, told_epoch: server_epoch }));
}

/** What was lost here lies on the server after all. */
export function* markThere(hash: string): Script<void> {
  yield* changePhotos([hash], ({ is_lost: _, told_epoch: __, ...row }) => ({
    ...row,
    is_sent: true,
    is_forgotten: true,
  }));
}

/**
 * The picture and the entry that names it, as they lie under the profile's key. null: one of them is not here,
 * or was never sealed.
 */
export function* readSealedPhoto({
  hash,
  entry_id,
}: PhotoRow): Script<{ bytes: SealedBytes; entry: SealedBytes } | null> {
  return yield* run({
    stores: ['photo_bytes', 'entries'],
    mode: 'readonly',
    durability: 'relaxed',
    *work() {
      const bytes = yield* get<KeptBytes>('photo_bytes', hash);
      const entry = (yield* get<OwnRow>('entries', entry_id, 'entry_id'))?.body;
      const are_sealed = bytes instanceof Uint8Array && entry instanceof Uint8Array;
      return are_sealed ? { bytes, entry } : null;
    },
  });
}

type SealedBytes = Uint8Array<ArrayBuffer>;

function finding(hash: string): Transaction<{ row?: PhotoRow; kept?: KeptBytes }> {
  return {
    stores: ['photos', 'photo_bytes'],
    mode: 'readonly',
    durability: 'relaxed',
    *work() {
      const row = yield* get<PhotoRow>('photos', hash);
      const kept = yield* get<KeptBytes>('photo_bytes', hash);
      return { ...(row ? { row } : {}), ...(kept ? { kept } : {}) };
    },
  };
}

/** The server answered that it is whole on its disk. */
export function* markSent(hash: string): Script<void> {
  yield* changePhotos([hash], (row) => ({ ...row, is_sent: true }));
}

/** The server has not got these (any more): they are sent again, or told to be lost, where they are not here. */
export function* sendAgain(hashes: readonly string[]): Script<void> {
  yield* changePhotos(hashes, (row) => {
    if (!row.is_sent) {
      const { told_epoch: _, ...untold } = row;
      return row.told_epoch === undefined ? row : untold;
    }
    if (row.is_forgotten || row.is_lost) return { ...row, is_sent: false, is_lost: true };
    const { verified_ms: _, verified_epoch: __, ...rest } = row;
    return { ...rest, is_sent: false };
  });
}

/** Seen on the server's disk; the first time counts, in each of its epochs. */
export function* markVerified(
  hashes: readonly string[],
  server_ms: number,
  server_epoch: string,
): Script<void> {
  yield* changePhotos(hashes, (row) => {
    const is_known = row.verified_epoch === server_epoch || !row.is_sent;
    return is_known ? row : { ...row, verified_ms: server_ms, verified_epoch: server_epoch };
  });
}

/** The row stays, so that the tablet knows what it was. */
export function forgetPhotos(hashes: readonly string[]): Script<void> {
  return run<void>({
    stores: ['photos', 'photo_bytes'],
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      for (const hash of hashes) {
        const row = yield* get<PhotoRow>('photos', hash);
        // Meanwhile the server may have asked for it again.
        if (!row?.is_sent || row.verified_ms === undefined) continue;
        yield* put('photos', { ...row, is_forgotten: true });
        yield* remove('photo_bytes', hash);
      }
    },
  });
}

function* changePhotos(
  hashes: readonly string[],
  changed: (row: PhotoRow) => PhotoRow,
): Script<void> {
  if (hashes.length === 0) return;
  const subject_ids = yield* run<string[]>({
    stores: ['photos'],
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      const touched = new Set<string>();
      for (const hash of hashes) {
        const row = yield* get<PhotoRow>('photos', hash);
        const next = row && changed(row);
        if (!row || next === row) continue;
        yield* put('photos', next);
        touched.add(row.subject_id);
      }
      return [...touched];
    },
  });
  if (subject_ids.length > 0) yield* tellScreens({ what: 'acknowledged', subject_ids });
}
