import { all, readUnsettled, run, vaultState } from '../machine/ask.ts';
import type { JournalRecord, Script } from '../machine/effect.ts';
import { openKept } from './bodies.ts';
import { readMeta } from './meta.ts';
import type { OwnRow, StreamRow } from './stores.ts';

interface Looked {
  /** What the journal has and the log has not, each once. */
  readonly missing: readonly JournalRecord[];
  /** Entries that are in the log, or never will be. */
  readonly settled: readonly string[];
}

/**
 * What an open profile cannot read is left out: it was damaged, or sealed with another key, and in the log it
 * would hide what the server has of it. What was settled before is not looked at again.
 */
export function* lookInJournal(): Script<Looked> {
  const stream = yield* readMeta<StreamRow>('stream');
  const records = yield* readUnsettled(stream?.stream_id ?? '');
  if (records.length === 0) return { missing: [], settled: [] };
  const in_log = new Set<string>();
  yield* visitRows(
    records.map((one) => one.entry_id),
    (row) => in_log.add(row.entry_id),
  );
  // One that was tried twice stands there twice.
  const found = new Map<string, JournalRecord>();
  for (const record of records) {
    if (!in_log.has(record.entry_id)) found.set(`${record.entry_id} ${record.hash}`, record);
  }
  const missing = [...found.values()];
  const settled = [...in_log];
  if (missing.length === 0 || (yield* vaultState()) !== 'open') return { missing, settled };
  const bodies = yield* openKept(missing.map((one) => one.body));
  if (bodies === 'locked') return { missing, settled };
  const is_readable = (_one: unknown, place: number) => bodies[place] !== null;
  const spoilt = missing.filter((_, place) => bodies[place] === null);
  return {
    missing: missing.filter(is_readable),
    settled: [...settled, ...spoilt.map((one) => one.entry_id)],
  };
}

const AT_ONCE = 200;

/** Rows of the log by their entries, some at a time: a tap must not wait for all of them. */
export function* visitRows(
  entry_ids: readonly string[],
  visit: (row: OwnRow) => void,
): Script<void> {
  const wanted = [...new Set(entry_ids)].sort();
  for (let next = 0; next < wanted.length; ) {
    const limit = Math.min(AT_ONCE, wanted.length - next);
    const rows = yield* rowsFrom(wanted[next] as string, limit);
    const here = new Map(rows.map((row) => [row.entry_id, row]));
    // Beyond the last of them others may stand that were not read.
    const last = rows.length < limit ? null : (rows.at(-1) as OwnRow).entry_id;
    while (next < wanted.length && (last === null || (wanted[next] as string) <= last)) {
      const row = here.get(wanted[next] as string);
      if (row) visit(row);
      next += 1;
    }
  }
}

function rowsFrom(entry_id: string, limit: number): Script<OwnRow[]> {
  return run({
    stores: ['entries'],
    mode: 'readonly',
    durability: 'relaxed',
    work: () => all<OwnRow>('entries', { from: entry_id }, { index: 'entry_id', limit }),
  });
}
