import { photosToSend, readPhoto, readSealedPhoto } from '../log/photos.ts';
import { readMark } from '../log/read.ts';
import type { PhotoRow, StreamRow } from '../log/stores.ts';
import { sealedKey } from '../machine/ask.ts';
import type { Script, SealedKey } from '../machine/effect.ts';
import type { SignedRequest } from '../vault/rescue_file.ts';
import { makeNonce } from './answer.ts';
import { writeBase64 } from './base64.ts';
import { signRequest } from './conversation.ts';
import { is_enrolled } from './enrol.ts';

/** What a photo adds to the file beside its bytes: headers, with the entry that shows whose it is. */
const FRAME_BYTES = 4_096;

export interface RescuedPhotos {
  readonly photos: readonly SignedRequest[];
  readonly hashes: readonly string[];
  /** For which there was no room: another file holds them. */
  readonly left: number;
  /** That no file can hold: without the entry that shows whose they are, or before the server knows the stream. */
  readonly staying: number;
}

export const NO_PHOTOS: RescuedPhotos = { photos: [], hashes: [], left: 0, staying: 0 };

/** The photos that wait, the oldest first, each whole and signed at once; sealed unless the file is `open`. */
export function* gatherPhotos(
  room_bytes: number,
  is_open: boolean,
  but: ReadonlySet<string>,
): Script<RescuedPhotos> {
  const waiting = (yield* photosToSend()).filter((row) => !but.has(row.hash));
  const stream = yield* readMark();
  const key = is_open ? null : yield* sealedKey();
  if (!(yield* is_enrolled(stream)) || !(is_open || key)) {
    return { ...NO_PHOTOS, staying: waiting.length };
  }
  const photos: SignedRequest[] = [];
  const hashes: string[] = [];
  let [room, left, staying] = [room_bytes, 0, 0];
  for (const row of waiting) {
    const bytes = bytesInFile(row);
    if (bytes > room) {
      left += 1;
      continue;
    }
    const photo = yield* savePhoto(stream, row, key);
    if (!photo) {
      staying += 1;
      continue;
    }
    photos.push(photo);
    hashes.push(row.hash);
    room -= bytes;
  }
  return { photos, hashes, left, staying };
}

function bytesInFile({ size }: PhotoRow): number {
  return Math.ceil(size / 3) * 4 + FRAME_BYTES;
}

/** null: it is damaged, or cannot be told apart from somebody else's. */
function* savePhoto(
  { stream_id }: Pick<StreamRow, 'stream_id'>,
  row: PhotoRow,
  key: SealedKey | null,
): Script<SignedRequest | null> {
  const plain = yield* readPhoto(row.hash);
  if (plain === null) return null;
  const lies = key ? yield* readSealedPhoto(row) : null;
  if (key ? !lies : plain === 'locked') return null;
  const body = lies ? lies.bytes : new Uint8Array(plain as ArrayBuffer);
  const seal: Record<string, string> =
    key && lies
      ? {
          'Noticing-Key-Id': key.key_id,
          'Noticing-Sealed-Key': key.sealed_key,
          'Noticing-Sealed-Entry': writeBase64(lies.entry),
        }
      : {};
  const path = `/api/v1/sync/photos/${row.hash}`;
  const nonce = yield* makeNonce();
  const signed = yield* signRequest(stream_id, nonce, { method: 'PATCH', path, body });
  return { path, headers: { ...seal, ...signed, 'Noticing-Nonce': nonce }, body };
}
