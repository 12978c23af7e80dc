import { readEntry } from '../entry/entry.ts';
import { all, count, get, keys, run } from '../machine/ask.ts';
import type { Kept, Script, StoreName, StoreScript, Transaction } from '../machine/effect.ts';
import { heldBody, openKept, says_lost } from './bodies.ts';
import { mayRead } from './lease.ts';
import type {
  Counts,
  EntryState,
  LoggedEntry,
  SetAside,
  SetAsideEntry,
  StreamMark,
  SubjectSummary,
} from './log.ts';
import { lookInJournal } from './only_in_journal.ts';
import { is_untold, is_waiting, stateByPhoto } from './photos.ts';
import type { OwnRow, PhotoRow, PulledRow, StreamRow } from './stores.ts';
import { findStream, ofStream, readStreams, type Streams } from './streams.ts';
import { hideWithdrawn, readWithdrawn } from './withdrawn.ts';

/** What a reading found on the disk, not opened yet. */
interface Found {
  readonly own: readonly OwnRow[];
  readonly pulled: readonly PulledRow[];
  readonly streams: Streams;
  readonly set_aside: readonly SetAsideEntry[];
  readonly photos: readonly PhotoRow[];
  readonly withdrawn: ReadonlySet<string>;
}

const STORES = ['entries', 'pulled', 'meta', 'streams', 'set_aside', 'photos'] as const;

function reading<Result>(
  work: () => StoreScript<Result>,
  stores: readonly StoreName[] = STORES,
): Transaction<Result> {
  return { stores, mode: 'readonly', durability: 'relaxed', work };
}

/** Not more than is needed: an append waits for whoever reads its stores. */
const STREAMS = ['meta', 'streams'] as const;

/** The stream that is appended to. */
export function readMark(): Script<StreamMark> {
  return run(
    reading(function* () {
      return (yield* readStreams()).current;
    }, STREAMS),
  );
}

export function readAllStreams(): Script<Streams> {
  return run(reading(readStreams, STREAMS));
}

export function readStream(stream_id: string): Script<StreamRow | undefined> {
  return run(reading(() => findStream(stream_id), STREAMS));
}

/** Own and pulled entries of one subject, own ones in the order they were made; none of one that was withdrawn. */
export function* entriesOf(subject_id: string): Script<LoggedEntry[]> {
  const found = yield* run(
    reading(function* () {
      const own = yield* all<OwnRow>('entries', subject_id, { index: 'subject_id' });
      const pulled = yield* all<PulledRow>('pulled', subject_id, { index: 'subject_id' });
      return { own, pulled, ...(yield* circumstances()) };
    }),
  );
  return yield* hideWithdrawn(yield* join(found), found.withdrawn);
}

function* allEntries(): Script<LoggedEntry[]> {
  const found = yield* run(
    reading(function* () {
      const own = yield* all<OwnRow>('entries', null);
      const pulled = yield* all<PulledRow>('pulled', null);
      return { own, pulled, ...(yield* circumstances()) };
    }),
  );
  return yield* hideWithdrawn(yield* join(found), found.withdrawn);
}

function* circumstances(): StoreScript<Omit<Found, 'own' | 'pulled'>> {
  return {
    withdrawn: yield* readWithdrawn(),
    streams: yield* readStreams(),
    set_aside: yield* all<SetAsideEntry>('set_aside', null),
    photos: yield* all<PhotoRow>('photos', null),
  };
}

/**
 * Those of her set-aside entries whose words are on this tablet, whichever device made them, with their reason. Of what
 * was withdrawn the server hands out no words either.
 */
export function* setAsideEntries(): Script<LoggedEntry[]> {
  const found = yield* run(
    reading(function* () {
      const found = yield* circumstances();
      const own: OwnRow[] = [];
      const pulled: PulledRow[] = [];
      for (const { stream_id, stream_seq, entry_id } of found.set_aside) {
        const row = yield* get<OwnRow>('entries', [stream_id, stream_seq]);
        if (row) own.push(row);
        const fetched = yield* get<PulledRow>('pulled', entry_id);
        if (fetched) pulled.push(fetched);
      }
      return { own, pulled, ...found };
    }),
  );
  return (yield* join(found)).filter(
    (one) => one.state === 'set_aside' && !found.withdrawn.has(one.entry.subject_id),
  );
}

/** How many the second journal alone keeps: written to the disk, and not taken into the log yet. */
export function* countOnlyInJournal(): Script<number> {
  const { missing } = yield* lookInJournal();
  return new Set(missing.map((record) => record.entry_id)).size;
}

export function* countEntries(): Script<Counts> {
  const { oldest, photos, ...counts } = yield* run(reading(counting, COUNTED));
  const [body] = oldest && oldest.at === undefined ? yield* openOne(oldest.body) : [];
  const since = oldest?.at ?? (body ? Date.parse(readEntry(body).entered_at) : null);
  const times = [...(since === null ? [] : [since]), ...photos.map((row) => row.at)];
  return {
    ...counts,
    oldest_unsent_at: times.length === 0 ? null : new Date(Math.min(...times)).toISOString(),
    photos_waiting: photos.length,
    photo_bytes_waiting: photos.filter(is_waiting).reduce((sum, row) => sum + row.size, 0),
  };
}

const COUNTED = ['entries', 'meta', 'streams', 'set_aside', 'photos'] as const;

function* counting() {
  const { current, retired } = yield* readStreams();
  let [on_tablet, sent] = [0, 0];
  // Of all her devices.
  let set_aside = yield* count('set_aside', null);
  let oldest: OwnRow | null = null;
  for (const stream of [current, ...retired]) {
    const { stream_id, acknowledged_through } = stream;
    on_tablet += stream.last_seq - acknowledged_through;
    // Of a stream that was left only what is no longer here was not sent once more in another.
    if (stream.retired === 'forked') {
      sent += stream.forgotten_through ?? 0;
      continue;
    }
    sent += acknowledged_through;
    for (const key of yield* keys<[string, number]>(
      'set_aside',
      ofStream(stream_id, acknowledged_through),
    )) {
      // Not until its check was heard here; what a twin of this tablet made under that number is another's.
      if (yield* get('entries', key)) set_aside -= 1;
    }
    const [next] = yield* all<OwnRow>('entries', ofStream(stream_id, acknowledged_through), {
      limit: 1,
    });
    if (next && (oldest === null || (next.at ?? 0) < (oldest.at ?? 0))) oldest = next;
  }
  const rows = yield* all<PhotoRow>('photos', null);
  const photos = rows.filter((row) => is_waiting(row) || is_untold(row));
  return { on_tablet, sent, set_aside, oldest, photos };
}

function* openOne(kept: Kept | null): Script<readonly (string | null)[]> {
  const opened = yield* openKept([kept]);
  return opened === 'locked' ? [] : opened;
}

export function* summariseSubjects(): Script<SubjectSummary[]> {
  const subjects = new Map<string, LoggedEntry[]>();
  for (const one of yield* allEntries()) {
    const { subject_id } = one.entry;
    const found = subjects.get(subject_id);
    if (found) found.push(one);
    else subjects.set(subject_id, [one]);
  }
  return [...subjects.values()].map(summarise);
}

function summarise(entries: readonly LoggedEntry[]): SubjectSummary {
  const { subject_kind, subject_id } = (entries[0] as LoggedEntry).entry;
  const kinds: Record<string, number> = {};
  for (const { entry } of entries) kinds[entry.kind] = (kinds[entry.kind] ?? 0) + 1;
  const times = entries
    .map((one) => one.entry.entered_at)
    .sort((a, b) => Date.parse(a) - Date.parse(b));
  return {
    subject_kind,
    subject_id,
    kinds,
    entry_count: entries.length,
    first_entered_at: times[0] as string,
    last_entered_at: times.at(-1) as string,
    dots: entries.filter((one) => one.state === 'dot').length,
    set_aside: entries.filter((one) => one.state === 'set_aside').length,
  };
}

/** Everything of a locked profile stays closed: then there is nothing to show. */
function* join({ own, pulled, streams, set_aside, photos }: Found): Script<LoggedEntry[]> {
  const bodies = yield* openKept([...own.map(heldBody), ...pulled.map((row) => row.body)]);
  if (bodies === 'locked') return [];
  // By place, not by entry_id: the server had to make up an id for what it could not read.
  const reasons = new Map(set_aside.map((one) => [placeOf(one), one]));
  const marks = new Map(
    [streams.current, ...streams.retired].map((one) => [one.stream_id, one.acknowledged_through]),
  );
  const pictures = new Map<unknown, PhotoRow>(photos.map((row) => [row.hash, row]));
  const joined: LoggedEntry[] = [];
  const held = new Set<string>();
  own.forEach((row, index) => {
    const body = bodies[index];
    // What was lost here may have come back from the server.
    if (typeof body !== 'string' || says_lost(body)) return;
    held.add(row.entry_id);
    const is_checked = row.stream_seq <= (marks.get(row.stream_id) ?? 0);
    const reason = is_checked ? reasons.get(placeOf(row)) : undefined;
    const found = place(row, body);
    const settled = reason ? 'set_aside' : stateByPhoto(found.entry.payload?.sha256, pictures);
    const state: EntryState = is_checked ? settled : 'dot';
    const logged = { ...found, state, is_own: true };
    joined.push(reason ? { ...logged, set_aside: sayWhy(reason) } : logged);
  });
  const shows_pulled = pulled.length > 0 && (yield* mayRead()) === 'open';
  pulled.forEach((row, index) => {
    if (!shows_pulled) return;
    const body = bodies[own.length + index];
    if (typeof body !== 'string' || held.has(row.entry_id)) return;
    const reason = reasons.get(placeOf(row));
    const state: EntryState = reason ? 'set_aside' : 'check';
    const logged = { ...place(row, body), state, is_own: false };
    joined.push(reason ? { ...logged, set_aside: sayWhy(reason) } : logged);
  });
  return joined.filter((one) => one.entry.subject_id !== undefined);
}

function sayWhy({ code, text }: SetAside): SetAside {
  return { code, text };
}

export function placeOf({
  stream_id,
  stream_seq,
}: {
  stream_id: string;
  stream_seq: number;
}): string {
  return `${stream_id} ${stream_seq}`;
}

function place({ stream_id, stream_seq }: OwnRow | PulledRow, body: string) {
  return { stream_id, stream_seq, body, entry: readEntry(body) };
}
