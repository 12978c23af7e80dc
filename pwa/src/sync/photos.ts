import * as v from 'valibot';
import { countWaiting } from '../log/deliver.ts';
import { LogError } from '../log/error.ts';
import { noticeMissing } from '../log/missing_photos.ts';
import {
  markDeclared,
  markLost,
  markSent,
  markThere,
  photosToDeclare,
  photosToSend,
  readPhoto,
  readSealedPhoto,
} from '../log/photos.ts';
import { readMark } from '../log/read.ts';
import type { PhotoRow, StreamRow } from '../log/stores.ts';
import { sealedKey, vaultState } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import { type Answer, Interrupted, LONG_MS, type Unanswered } from './answer.ts';
import { writeBase64 } from './base64.ts';
import { askSigned, type Conversation, is_unknown_stream } from './conversation.ts';

const SMALLEST_CHUNK_BYTES = 8 * 1024;
/** How often in one round a photo may begin anew or be told another place; after that the others go first. */
const SURPRISES_A_ROUND = 3;

export const STANDING = v.looseObject({
  'upload-offset': v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number)),
  'noticing-photo': v.picklist(['complete', 'partial', 'none']),
});
export const DECLARED = v.looseObject({ 'noticing-photo': v.picklist(['lost', 'complete']) });
type Standing = v.InferOutput<typeof STANDING>;
type Stream = Pick<StreamRow, 'stream_id'>;

interface Picture {
  readonly hash: string;
  /** Opened; or as they lie on the disk, where nobody can open them here. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Under which key they lie, and the entry that shows whose they are. */
  readonly seal: Readonly<Record<string, string>>;
}

/** tapped: there are entries to send, and they never wait for a photo. */
type Sent = 'sent' | 'left' | 'tapped';

/**
 * Sends the photos that the server has not got, each from where the server says it stands, and tells it of those
 * that are lost. One that does not get through holds up neither entries nor the other photos; it is tried again
 * for ever. `left_over` is how many entries could not be delivered just now: for more than these the photos stand back.
 */
export function* sendPhotos(talk: Conversation, left_over: number): Script<void> {
  for (const row of yield* photosToSend()) {
    const picture = yield* gatherPicture(talk, row);
    if (picture === null) continue;
    const stream = yield* readMark();
    if ((yield* sendPhoto(talk, stream, picture, left_over)) === 'tapped') return;
  }
  yield* lookForMissing();
  yield* declareLost(talk);
}

/** A full tablet cannot note what it finds: it looks again in the next round. */
function* lookForMissing(): Script<void> {
  try {
    yield* noticeMissing();
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
  }
}

/** null: it waits, or is lost. Of what the storage does not give now nothing is known. */
function* gatherPicture(talk: Conversation, row: PhotoRow): Script<Picture | null> {
  try {
    const bytes = yield* readPhoto(row.hash);
    if (bytes === null) return null;
    if (bytes === 'locked') return yield* gatherSealed(talk, row);
    return { hash: row.hash, bytes: new Uint8Array(bytes), seal: {} };
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    talk.attention ??= { code: 'storage', text: null };
    return null;
  }
}

/** What a locked profile can send: as it lies on the disk, with its key sealed to the organisation. */
function* gatherSealed(talk: Conversation, row: PhotoRow): Script<Picture | null> {
  const key = yield* sealedKey();
  const lies = key && (yield* readSealedPhoto(row));
  if (lies) {
    const seal = {
      'Noticing-Key-Id': key.key_id,
      'Noticing-Sealed-Key': key.sealed_key,
      'Noticing-Sealed-Entry': writeBase64(lies.entry),
    };
    return { hash: row.hash, bytes: lies.bytes, seal };
  }
  if ((yield* vaultState()) === 'ended') yield* markLost(row.hash);
  else talk.attention ??= { code: 'locked', text: null };
  return null;
}

function* sendPhoto(
  talk: Conversation,
  stream: Stream,
  picture: Picture,
  left_over: number,
): Script<Sent> {
  let offset: number | null = null;
  let differed = 0;
  for (let surprises = 0; surprises < SURPRISES_A_ROUND; ) {
    if ((yield* countWaiting()) > left_over) return 'tapped';
    const answer: Answer<Standing> = yield* askNext(talk, stream, picture, offset);
    if (answer.outcome !== 'answered') {
      if (is_another_photo(answer)) differed += 1;
      if (differed > 1 && (yield* gaveUp(picture))) return 'left';
      if (!may_ask_again(talk, answer)) return 'left';
      surprises += 1;
      offset = null;
      continue;
    }
    if (answer.body['noticing-photo'] === 'complete') {
      yield* markSent(picture.hash);
      return 'sent';
    }
    const next: number = answer.body['upload-offset'];
    if (offset !== null && next <= offset) surprises += 1;
    offset = next;
  }
  talk.attention ??= { code: 'server-trouble', text: null };
  return 'left';
}

function is_another_photo(answer: Unanswered): boolean {
  return answer.outcome === 'refused' && answer.code === 'photo-differs';
}

/** Sent whole from its beginning, the server could not open it either: lost only where nothing here ever will. */
function* gaveUp({ hash, seal }: Picture): Script<boolean> {
  if (Object.keys(seal).length === 0 || (yield* vaultState()) !== 'ended') return false;
  yield* markLost(hash);
  return true;
}

function* declareLost(talk: Conversation): Script<void> {
  const { server_epoch } = talk;
  if (server_epoch === null) return;
  for (const hash of yield* photosToDeclare(server_epoch)) {
    const answer = yield* askSigned(talk, yield* readMark(), {
      path: `/api/v1/sync/photos/${hash}/lost`,
      method: 'POST',
      schema: DECLARED,
      reads_headers: true,
      timeout_ms: LONG_MS,
    });
    if (answer.outcome !== 'answered') may_ask_again(talk, answer);
    else if (answer.body['noticing-photo'] === 'complete') yield* markThere(hash);
    else yield* markDeclared(hash, server_epoch);
  }
}

/**
 * Another place than was thought (409), or a sum that was wrong (422): ask anew where it stands. Too much at
 * once: less. What else the server says is about this photo; where no answer came, the round is over.
 */
function may_ask_again(talk: Conversation, answer: Unanswered): boolean {
  const is_late = answer.outcome === 'retry' && answer.reason === 'time-out';
  if (answer.outcome === 'smaller' || is_late) {
    talk.photo_chunk_bytes = Math.max(SMALLEST_CHUNK_BYTES, talk.photo_chunk_bytes >> 1);
  }
  if (answer.outcome === 'smaller') return true;
  if (answer.outcome === 'refused' && !is_unknown_stream(answer)) {
    if (['upload-offset-wrong', 'photo-differs'].includes(answer.code)) return true;
    talk.attention ??= { code: 'refused', text: answer.text || null };
    return false;
  }
  if (answer.outcome === 'retry' && answer.is_fault) {
    talk.attention ??= { code: 'server-trouble', text: null };
    return false;
  }
  throw new Interrupted(answer);
}

/** HEAD: where does it stand? With an offset, PATCH: the next part from there. */
function askNext(
  talk: Conversation,
  stream: Stream,
  { hash, bytes, seal }: Picture,
  offset: number | null,
) {
  const question = {
    path: `/api/v1/sync/photos/${hash}`,
    schema: STANDING,
    reads_headers: true,
    timeout_ms: LONG_MS,
  };
  if (offset === null)
    return askSigned(talk, stream, { ...question, method: 'HEAD', headers: seal });
  return askSigned(talk, stream, {
    ...question,
    method: 'PATCH',
    headers: {
      ...seal,
      'Content-Type': 'application/offset+octet-stream',
      'Upload-Offset': String(offset),
      'Upload-Length': String(bytes.length),
    },
    body: bytes.slice(offset, offset + talk.photo_chunk_bytes),
  });
}
