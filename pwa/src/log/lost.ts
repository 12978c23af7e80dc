import { get, put, readJournal, run } from '../machine/ask.ts';
import type { Kept, Script, Transaction } from '../machine/effect.ts';
import { openKept } from './bodies.ts';
import { hashBody } from './hash.ts';
import type { OwnRow, PulledRow } from './stores.ts';
import { findStream } from './streams.ts';

/** A place of a stream as it was when it was found that it cannot be read. */
export interface Judged {
  readonly stream_seq: number;
  readonly row: OwnRow | undefined;
}

/**
 * Puts into each of these places, once and durably, the word that its entry was lost on this tablet. The
 * server sets that aside, so the person sees it, and the stream stays without holes. What has been confirmed
 * or has changed since it was judged stays as it is; the bytes that nobody could read are kept aside.
 */
export function* declareLost(stream_id: string, judged: readonly Judged[]): Script<void> {
  yield* run<void>({
    stores: ['entries', 'meta', 'streams'],
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      const stream = yield* findStream(stream_id);
      if (!stream || stream.retired === 'forked') return;
      for (const { stream_seq, row } of judged) {
        if (stream_seq <= stream.acknowledged_through) continue;
        const known = yield* get<OwnRow>('entries', [stream_id, stream_seq]);
        if (!is_same(known, row)) continue;
        if (known?.body) yield* put('meta', known.body, `spoilt ${stream_id} ${stream_seq}`);
        yield* put('entries', lostRow(stream_id, stream_seq, known));
      }
    },
  });
}

/**
 * Rows that can no longer be read get the bytes that the second journal has of them, or that came back from the
 * server, where those are whole. True if there were any.
 */
export function* healLost(judged: readonly Judged[]): Script<boolean> {
  const rows = judged.flatMap(({ row }) => row ?? []);
  if (rows.length === 0) return false;
  const whole = yield* wholeElsewhere(rows);
  if (whole.size === 0) return false;
  return yield* run<boolean>({
    stores: ['entries'],
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      let is_healed = false;
      for (const row of rows) {
        const body = whole.get(row.entry_id);
        const known = yield* get<OwnRow>('entries', [row.stream_id, row.stream_seq]);
        if (!body || !known || !is_same(known, row)) continue;
        yield* put('entries', { ...known, body });
        is_healed = true;
      }
      return is_healed;
    },
  });
}

/** By entry: bodies that lie elsewhere on this tablet, open, and are what these rows were. */
function* wholeElsewhere(rows: readonly OwnRow[]): Script<Map<string, Kept>> {
  const wanted = new Map(rows.map((row) => [row.entry_id, row.hash]));
  const records = (yield* readJournal()).filter((one) => wanted.get(one.entry_id) === one.hash);
  const found = [...(yield* run(readingPulled([...wanted.keys()]))), ...records];
  const bodies = yield* openKept(found.map((one) => one.body));
  const whole = new Map<string, Kept>();
  for (const [place, { entry_id, body: kept }] of found.entries()) {
    const body = bodies === 'locked' ? null : bodies[place];
    if (typeof body === 'string' && hashBody(body) === wanted.get(entry_id)) {
      whole.set(entry_id, kept);
    }
  }
  return whole;
}

function readingPulled(entry_ids: readonly string[]): Transaction<PulledRow[]> {
  return {
    stores: ['pulled'],
    mode: 'readonly',
    durability: 'relaxed',
    *work() {
      const found: PulledRow[] = [];
      for (const entry_id of entry_ids) {
        const row = yield* get<PulledRow>('pulled', entry_id);
        if (row) found.push(row);
      }
      return found;
    },
  };
}

function lostRow(stream_id: string, stream_seq: number, known: OwnRow | undefined): OwnRow {
  // In the clear: it says nothing, and a locked profile must be able to send it.
  const body = JSON.stringify({ lost: true, stream_seq, hash: known?.hash ?? null });
  return {
    stream_id,
    stream_seq,
    entry_id: known?.entry_id ?? `${stream_id} ${stream_seq}`,
    subject_id: known?.subject_id ?? '',
    ...(known?.at === undefined ? {} : { at: known.at }),
    hash: hashBody(body),
    body,
  };
}

function is_same(known: OwnRow | undefined, judged: OwnRow | undefined): boolean {
  if (!known || !judged) return known === judged;
  return known.hash === judged.hash && is_same_body(known.body, judged.body);
}

function is_same_body(one: OwnRow['body'], other: OwnRow['body']): boolean {
  if (!(one instanceof Uint8Array && other instanceof Uint8Array)) return one === other;
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
