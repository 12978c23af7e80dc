import * as v from 'valibot';
import { streamsToDeliver } from '../log/deliver.ts';
import { markSent, photosToSend, readPhoto } from '../log/photos.ts';
import { readMark } from '../log/read.ts';
import type { StreamRow } from '../log/stores.ts';
import type { Script } from '../machine/effect.ts';
import { type Answer, Interrupted, type Unanswered } from './answer.ts';
import { askSigned, type Conversation, is_unknown_stream } from './conversation.ts';

const SMALLEST_CHUNK_BYTES = 8 * 1024;
/** How often in one round a photo may begin anew or be told another place; after that the others go first. */
const SURPRISES_A_ROUND = 3;

export const STANDING = v.looseObject({
  'upload-offset': v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number)),
  'noticing-photo': v.picklist(['complete', 'partial', 'none']),
});
type Standing = v.InferOutput<typeof STANDING>;
type Stream = Pick<StreamRow, 'stream_id'>;

interface Picture {
  readonly hash: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** tapped: there are entries to send, and they never wait for a photo. */
type Sent = 'sent' | 'left' | 'tapped';

/**
 * Sends the photos that the server has not got, each from where the server says it stands. One that does not
 * get through holds up neither entries nor the other photos; it is tried again for ever.
 */
export function* sendPhotos(talk: Conversation): Script<void> {
  for (const { hash } of yield* photosToSend()) {
    const bytes = yield* readPhoto(hash);
    if (bytes === 'locked') {
      // They go as they were taken: those of a locked profile when somebody unlocks it.
      talk.attention ??= { code: 'locked', text: null };
      return;
    }
    if (bytes === null) continue;
    const stream = yield* readMark();
    const picture = { hash, bytes: new Uint8Array(bytes) };
    if ((yield* sendPhoto(talk, stream, picture)) === 'tapped') return;
  }
}

function* sendPhoto(talk: Conversation, stream: Stream, picture: Picture): Script<Sent> {
  let offset: number | null = null;
  for (let surprises = 0; surprises < SURPRISES_A_ROUND; ) {
    if (yield* has_entries_waiting()) return 'tapped';
    const answer: Answer<Standing> = yield* askNext(talk, stream, picture, offset);
    if (answer.outcome !== 'answered') {
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
    talk.attention ??= { code: 'refused', text: answer.text };
    return false;
  }
  if (answer.outcome === 'retry' && answer.is_fault) {
    talk.attention ??= { code: 'server-trouble', text: null };
    return false;
  }
  throw new Interrupted(answer);
}

function* has_entries_waiting(): Script<boolean> {
  const streams = yield* streamsToDeliver();
  return streams.some((one) => one.acknowledged_through < one.last_seq);
}

/** HEAD: where does it stand? With an offset, PATCH: the next part from there. */
function askNext(
  talk: Conversation,
  stream: Stream,
  { hash, bytes }: Picture,
  offset: number | null,
) {
  const question = {
    path: `/api/v1/sync/photos/${hash}`,
    schema: STANDING,
    reads_headers: true,
    timeout_ms: 60_000,
  };
  if (offset === null) return askSigned(talk, stream, { ...question, method: 'HEAD' });
  return askSigned(talk, stream, {
    ...question,
    method: 'PATCH',
    headers: {
      'Content-Type': 'application/offset+octet-stream',
      'Upload-Offset': String(offset),
      'Upload-Length': String(bytes.length),
    },
    body: bytes.slice(offset, offset + talk.photo_chunk_bytes),
  });
}
