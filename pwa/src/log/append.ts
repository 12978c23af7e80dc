import type { MadeEntry } from '../entry/entry.ts';
import { add, get, put, run, seal, tellScreens } from '../machine/ask.ts';
import type { Kept, Script, Transaction } from '../machine/effect.ts';
import { LogError } from './error.ts';
import { hashBody } from './hash.ts';
import type { LogChange, LoggedEntry } from './log.ts';
import type { OwnRow, StreamRow } from './stores.ts';
import { beginLog } from './streams.ts';

export interface Written {
  readonly made: MadeEntry;
  readonly hash: string;
  readonly kept: Kept;
}

/** Done when one strictly durable transaction is complete; only then may a dot be shown. */
export function* appendEntries(made: readonly MadeEntry[]): Script<LoggedEntry[]> {
  const kept = yield* seal(made.map((one) => one.body));
  const written = made.map((one, place) => ({
    made: one,
    hash: hashBody(one.body),
    kept: kept[place] as Kept,
  }));
  let rows = yield* run(appending(written));
  if (rows === 'no-stream') {
    // The site's data were cleared under the open app: a stream of its own, never the old numbers.
    yield* beginLog();
    rows = yield* run(appending(written));
  }
  if (rows === 'no-stream') throw new LogError('storage-unavailable');
  yield* tellScreens(change('appended', made));
  return rows.map((row, place) => ({
    stream_id: row.stream_id,
    stream_seq: row.stream_seq,
    body: (made[place] as MadeEntry).body,
    entry: (made[place] as MadeEntry).entry,
    state: 'dot',
    is_own: true,
  }));
}

/**
 * One transaction gives the numbers and stores the entries, so that two tabs cannot collide. An entry that is
 * there already is given back as it stands.
 */
function appending(written: readonly Written[]): Transaction<OwnRow[] | 'no-stream'> {
  return {
    stores: ['entries', 'meta'],
    mode: 'readwrite',
    durability: 'strict',
    *work() {
      const stream = yield* get<StreamRow>('meta', 'stream');
      if (!stream) return 'no-stream';
      let { last_seq } = stream;
      const rows: OwnRow[] = [];
      for (const one of written) {
        const known = yield* get<OwnRow>('entries', one.made.entry.entry_id, 'entry_id');
        if (known && known.hash !== one.hash) throw new LogError('entry-id-taken');
        const row = known ?? makeRow(one, stream.stream_id, ++last_seq);
        if (!known) yield* add('entries', row);
        rows.push(row);
      }
      if (last_seq > stream.last_seq) yield* put('meta', { ...stream, last_seq }, 'stream');
      return rows;
    },
  };
}

function makeRow({ made, hash, kept }: Written, stream_id: string, stream_seq: number): OwnRow {
  const { entry_id, subject_id, entered_at } = made.entry;
  const at = Date.parse(entered_at);
  return { stream_id, stream_seq, entry_id, subject_id, hash, body: kept, at };
}

function change(what: LogChange['what'], made: readonly MadeEntry[]): Omit<LogChange, 'from'> {
  return { what, subject_ids: [...new Set(made.map((one) => one.entry.subject_id))] };
}
