import { says_lost } from '../log/bodies.ts';
import { readRows } from '../log/deliver.ts';
import { readAllStreams } from '../log/read.ts';
import type { OwnRow, StreamRow } from '../log/stores.ts';
import { gzip, seal } from '../machine/ask.ts';
import type { JournalRecord, Kept, Script, SealedKey } from '../machine/effect.ts';
import type { SignedRequest } from '../vault/rescue_file.ts';
import { makeNonce } from './answer.ts';
import { writeBase64 } from './base64.ts';
import { writePush } from './batch.ts';
import { signWith } from './conversation.ts';
import type { StreamKey } from './stream_key.ts';

const PATH = '/api/v1/sync/push';
const MOST_ENTRIES = 500;
const MOST_BYTES = 262_144;

export interface Sealing {
  readonly stream_key: StreamKey;
  /** null: nothing is sealed, this browser cannot. */
  readonly key: SealedKey | null;
}

export interface Pushes {
  readonly pushes: SignedRequest[];
  /** How many entries they hold. */
  readonly entries: number;
}

/** What of this tablet's own streams has no check. */
export function* gatherPushes(sealing: Sealing): Script<Pushes> {
  const pushes: SignedRequest[] = [];
  let entries = 0;
  for (const stream of yield* unsentStreams()) {
    let next = stream.acknowledged_through + 1;
    while (next <= stream.last_seq) {
      const rows = yield* readRows(stream.stream_id, next, MOST_ENTRIES);
      const run = runOf(rows, stream.last_seq);
      if (run.length === 0) {
        // What has left, or lies beyond the end.
        next = (rows.at(-1)?.stream_seq ?? stream.last_seq) + 1;
        continue;
      }
      const { push, count } = yield* writeOne(stream, run, sealing);
      pushes.push(push);
      entries += count;
      next = (run[count - 1] as Held).stream_seq + 1;
    }
  }
  return { pushes, entries };
}

/** What the log has not, under the numbers 1 … of a stream that is made for it. */
export function* writePushes(
  stream_id: string,
  records: readonly JournalRecord[],
  sealing: Sealing,
): Script<Pushes> {
  const rows = records.map((one, place) => ({ ...one, stream_id, stream_seq: place + 1 }));
  const pushes: SignedRequest[] = [];
  for (let at = 0; at < rows.length; ) {
    const some = rows.slice(at, at + MOST_ENTRIES);
    const { push, count } = yield* writeOne({ stream_id }, some, sealing);
    pushes.push(push);
    at += count;
  }
  return { pushes, entries: rows.length };
}

export function* unsentStreams(): Script<StreamRow[]> {
  const { current, retired } = yield* readAllStreams();
  return [...retired, current].filter((one) => one.acknowledged_through < one.last_seq);
}

type Held = OwnRow & { readonly body: Kept };

/** The first of them that are here with consecutive numbers. A hole is the tablet's to explain, later. */
function runOf(rows: readonly OwnRow[], last_seq: number): Held[] {
  const run: Held[] = [];
  for (const row of rows) {
    const { body, stream_seq } = row;
    const follows = run.length === 0 || stream_seq === (run.at(-1) as Held).stream_seq + 1;
    const is_like = run.length === 0 || says_lost(body) === says_lost((run[0] as Held).body);
    if (body !== null && follows && is_like && stream_seq <= last_seq) run.push({ ...row, body });
    else if (run.length > 0) break;
  }
  return run;
}

/** As many of them as one push may hold; at least one. */
function* writeOne(
  { stream_id }: Pick<StreamRow, 'stream_id'>,
  run: readonly Held[],
  { stream_key, key }: Sealing,
): Script<{ push: SignedRequest; count: number }> {
  let rows = run;
  for (;;) {
    const from_seq = (rows[0] as Held).stream_seq;
    const content = yield* contentOf(rows, key);
    const body = yield* gzip(yield* writePush({ exchange: null }, stream_id, from_seq, content));
    if (body.byteLength <= MOST_BYTES || rows.length === 1) {
      const nonce = yield* makeNonce();
      const signed = yield* signWith(stream_key, stream_id, nonce, {
        method: 'POST',
        path: PATH,
        body,
      });
      const kind = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
      const headers = { ...kind, ...signed, 'Noticing-Nonce': nonce };
      return { push: { path: PATH, headers, body }, count: rows.length };
    }
    rows = rows.slice(0, Math.ceil(rows.length / 2));
  }
}

/** Rows of the first version are sealed now. The word that a mark was lost says nothing, and needs no key. */
function* contentOf(rows: readonly Held[], key: SealedKey | null): Script<object> {
  const is_lost = rows.every((row) => says_lost(row.body));
  if (!key || is_lost) return { bodies: rows.map((row) => row.body) };
  const plain = rows.flatMap(({ body }) => (typeof body === 'string' ? [body] : []));
  const sealed_now = plain.length > 0 ? yield* seal(plain) : [];
  let next = 0;
  const bodies = rows.map(({ body }) =>
    writeBase64((typeof body === 'string' ? sealed_now[next++] : body) as Uint8Array),
  );
  return { sealed: { ...key, bodies } };
}
