import type { MadeEntry } from '../entry/entry.ts';
import { vaultState } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import type { SignedRequest } from '../vault/rescue_file.ts';
import { is_enrolled } from './enrol.ts';
import type { RescueKeys } from './rescue_keys.ts';
import { makeRescueStream, readLoose } from './rescue_loose.ts';
import { gatherPhotos, NO_PHOTOS, type RescuedPhotos } from './rescue_photos.ts';
import {
  gatherPushes,
  type Pushes,
  type Sealing,
  unsentStreams,
  writePushes,
} from './rescue_pushes.ts';

/** The server takes 20 MiB at once. */
const MOST_FILE_BYTES = 18_000_000;

export interface Rescued extends RescuedPhotos {
  /** The server must know these before the pushes come. */
  readonly streams: readonly SignedRequest[];
  readonly pushes: readonly SignedRequest[];
  /** How many entries they hold. */
  readonly entries: number;
  /** False: the log could not be read, so it holds only what lies beside it. */
  readonly is_whole: boolean;
}

/** open: this browser cannot encrypt, so whoever has the file can read it. null: it could not be handed in. */
export type RescueKind = 'sealed' | 'open' | null;

/** Not before the server knows every stream that has something, and the organisation's key is here. */
export function* findRescueKind(keys: RescueKeys | null): Script<RescueKind> {
  if (!keys || (yield* has_unknown_stream())) return null;
  if ((yield* vaultState()) === 'unencrypted') return 'open';
  return keys.sealed_key ? 'sealed' : null;
}

function* has_unknown_stream(): Script<boolean> {
  const unsent = yield* unlessUnreadable(unsentStreams());
  for (const stream of unsent ?? []) {
    if (!(yield* is_enrolled(stream))) return true;
  }
  return false;
}

/**
 * Everything that has no check, as the pushes that would be sent, and the photos for which there is room, signed.
 * Also what this tablet can read is sealed to the organisation: the file passes through other hands. Nothing is
 * marked as sent by this. `but`: photos that an earlier file holds. `unsaved`: marks that are on no disk.
 */
export function* gatherRescue(
  keys: RescueKeys | null,
  but: readonly string[] = [],
  unsaved: readonly MadeEntry[] = [],
): Script<Rescued> {
  const is_open = (yield* vaultState()) === 'unencrypted';
  if (!keys || !(is_open || keys.sealed_key)) throw new Error('no key for a rescue file');
  const sealing: Sealing = { ...keys, key: is_open ? null : keys.sealed_key };
  const logged = yield* unlessUnreadable(gatherPushes(sealing));
  const { streams, ...loose } = yield* gatherLoose(keys, sealing, unsaved, logged !== null);
  const pushes = [...(logged?.pushes ?? []), ...loose.pushes];
  const used_bytes = pushes.reduce((sum, { body }) => sum + bodyInFile(body), 0);
  const room_bytes = MOST_FILE_BYTES - used_bytes;
  const photos =
    logged && (yield* unlessUnreadable(gatherPhotos(room_bytes, is_open, new Set(but))));
  return {
    ...(photos ?? NO_PHOTOS),
    ...{ streams, pushes, entries: (logged?.entries ?? 0) + loose.entries },
    is_whole: photos !== null,
  };
}

function* gatherLoose(
  keys: RescueKeys,
  sealing: Sealing,
  unsaved: readonly MadeEntry[],
  is_log_read: boolean,
): Script<Pushes & Pick<Rescued, 'streams'>> {
  const loose = yield* readLoose(unsaved, is_log_read);
  if (loose.length === 0) return { streams: [], pushes: [], entries: 0 };
  const { stream_id, enrolment } = yield* makeRescueStream(keys);
  return { streams: [enrolment], ...(yield* writePushes(stream_id, loose, sealing)) };
}

/** null: IndexedDB failed. What lies beside it must not stay behind for that. */
function* unlessUnreadable<Found>(script: Script<Found>): Script<Found | null> {
  try {
    return yield* script;
  } catch (cause) {
    console.error(cause);
    return null;
  }
}

function bodyInFile({ byteLength }: Uint8Array): number {
  return Math.ceil(byteLength / 3) * 4;
}
