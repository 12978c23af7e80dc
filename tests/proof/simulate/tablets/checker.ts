import { type Entry, readEntry } from '../../../../pwa/src/entry/entry.ts';
import type { LoggedEntry } from '../../../../pwa/src/log/log.ts';
import { fold } from '../../../../pwa/src/observation/fold.ts';
import type { ObservationView } from '../../../../pwa/src/observation/view.ts';
import type { Protocol } from '../../../../pwa/src/protocol/protocol.ts';
import { findConflicts } from './conflicts.ts';
import { findLate } from './late.ts';
import { checkLeaving } from './leaving.ts';
import type { Ledger, Tap } from './ledger.ts';
import { checkPhotos } from './photos.ts';
import type { CorrectedTime, ServerLog, ServerPhotos, StoredBody } from './server.ts';
import { checkTimes } from './times.ts';

/** What one profile holds at the end. */
export interface ProfileLog {
  readonly name: string;
  readonly person_id: string;
  readonly may_read: boolean;
  readonly is_withdrawn: boolean;
  readonly on_tablet: number;
  readonly photos_waiting: number;
  readonly entries: readonly LoggedEntry[];
  readonly streams: readonly { stream_id: string; last_seq: number; is_forked: boolean }[];
  /** To another stream, or out of the journal, which keeps what came together in any order. */
  readonly was_moved: boolean;
  /** entry_ids of all rows, and of those whose body has left this tablet. */
  readonly rows: ReadonlySet<string>;
  readonly forgotten: ReadonlySet<string>;
  /** entry_ids that stand in more than one row. */
  readonly doubled: readonly string[];
}

export interface Ended {
  readonly ledger: Ledger;
  readonly server: ServerLog;
  readonly profiles: readonly ProfileLog[];
  readonly protocols: readonly Protocol[];
  /** Hashes of bodies that the server's own disk damaged; that a restore took; entries that a tablet's disk damaged. */
  readonly corrupted: ReadonlySet<string>;
  readonly taken_back: ReadonlySet<string>;
  readonly spoilt: ReadonlySet<string>;
  /** When the server says that entries happened. */
  readonly times: Readonly<Record<string, CorrectedTime>>;
  readonly now: number;
  readonly photos: ServerPhotos;
  /** Hashes of pictures that a tablet's disk damaged or lost. */
  readonly spoilt_photos: ReadonlySet<string>;
}

/** Looks at what everybody saw and at what lies where at the end, and says what breaks the promise. */
export function check(ended: Ended): string[] {
  return [
    ...checkDrained(ended),
    ...checkTaps(ended),
    ...checkInvented(ended),
    ...checkStreams(ended),
    ...checkOrder(ended),
    ...checkLeaving(ended),
    ...checkTimes(ended),
    ...checkPhotos(ended),
    ...checkViews(ended),
    ...checkWithdrawn(ended),
  ];
}

/** A finished visit that was withdrawn is not shown on the tablet that made it either. */
function checkWithdrawn({ profiles, server }: Ended): string[] {
  const starts = new Set(
    server.bodies.flatMap((row) =>
      row.is_whole &&
      row.set_aside_code === null &&
      row.body.includes('"observation.started"') &&
      row.body.includes('"coaching"')
        ? [row.subject_id]
        : [],
    ),
  );
  return profiles.flatMap(({ is_withdrawn, entries, name }) => {
    if (!is_withdrawn) return [];
    const over = entries.filter(
      ({ entry }) => entry.kind === 'observation.finished' && starts.has(entry.subject_id),
    );
    return over.map(({ entry }) => `withdrawn: ${name} still shows ${entry.subject_id}`);
  });
}

function checkDrained({ profiles }: Ended): string[] {
  return profiles.flatMap(({ name, on_tablet }) =>
    on_tablet > 0 ? [`stall: ${on_tablet} entries are still only on ${name}`] : [],
  );
}

/** Every dot and every check is on the server exactly once, byte for byte, or it may be gone and nobody was deceived. */
function checkTaps(ended: Ended): string[] {
  const by_hash = groupByHash(ended.server.bodies);
  return [...ended.ledger.taps.values()].flatMap((tap) => {
    if (tap.dotted_at === null && tap.checked_at === null) return [];
    const stored = by_hash.get(tap.hash) ?? [];
    const about = `tap ${tap.number} of ${tap.profile.tablet.name}`;
    if (stored.length > 1) return [`doubled: ${about} is on the server ${stored.length} times`];
    const [one] = stored;
    if (!one) return may_be_missing(ended, tap) ? [] : [`lost: ${about}${seenAs(tap)}`];
    if (one.is_whole && one.body !== tap.made.body) return [`changed: ${about} has other bytes`];
    if (!one.is_whole && !may_stay_damaged(ended, tap)) return [`damaged: ${about} was not mended`];
    return [];
  });
}

function seenAs(tap: Tap): string {
  return tap.checked_at === null ? ' (it had its dot)' : ' (it had its check)';
}

/** Wiped before its check; or the server was restored and the only tablet that could heal it is gone. */
function may_be_missing({ taken_back, spoilt, profiles, server }: Ended, tap: Tap): boolean {
  const is_gone_here = tap.lost_with.includes(tap.profile);
  if (is_gone_here && (tap.checked_at === null || taken_back.has(tap.hash))) return true;
  const has_left = profiles.some((profile) => profile.forgotten.has(tap.entry_id));
  if (taken_back.has(tap.hash) && has_left) return true;
  if (!spoilt.has(tap.entry_id)) return false;
  // It can no longer be read there: then that is said, under its number.
  return is_gone_here || server.bodies.some((row) => lostHash(row) === tap.hash);
}

function may_stay_damaged({ corrupted, spoilt, profiles }: Ended, tap: Tap): boolean {
  if (!corrupted.has(tap.hash)) return false;
  const is_forgotten = profiles.some((profile) => profile.forgotten.has(tap.entry_id));
  return tap.lost_with.includes(tap.profile) || spoilt.has(tap.entry_id) || is_forgotten;
}

function lostHash({ body }: StoredBody): string | null {
  if (!body.startsWith('{"lost":true')) return null;
  return (JSON.parse(body) as { hash: string }).hash;
}

function checkInvented({ ledger, server, corrupted }: Ended): string[] {
  const made = new Set([...ledger.taps.values()].map((tap) => tap.hash));
  const server_side = new Set(
    server.streams.filter((stream) => stream.is_server_side).map((stream) => stream.stream_id),
  );
  return server.bodies.flatMap((row) => {
    if (made.has(row.hash) || server_side.has(row.stream_id) || corrupted.has(row.hash)) return [];
    const lost = lostHash(row);
    if (lost !== null && (lost === 'null' || made.has(lost))) return [];
    return [
      `invented: ${row.stream_id}/${row.stream_seq} holds what nobody made: ${row.body.slice(0, 80)}`,
    ];
  });
}

/** What a tablet still holds, the server holds under the same numbers, without holes. */
function checkStreams({ server, profiles, spoilt }: Ended): string[] {
  const numbers = new Map<string, number[]>();
  for (const { stream_id, stream_seq } of server.envelopes) {
    const found = numbers.get(stream_id);
    if (found) found.push(stream_seq);
    else numbers.set(stream_id, [stream_seq]);
  }
  const marks = new Map(server.streams.map((one) => [one.stream_id, one.acknowledged_through]));
  return profiles.flatMap((profile) =>
    profile.streams.flatMap(({ stream_id, last_seq, is_forked }) => {
      const there = (numbers.get(stream_id) ?? []).sort((a, b) => a - b);
      const name = `${profile.name}'s stream ${stream_id.slice(-6)}`;
      const gap = there.findIndex((stream_seq, place) => stream_seq !== place + 1);
      // What went on behind a damaged row came; the row itself is told to be lost in the stream that was moved to.
      const may_have_gap = is_forked && spoilt.size > 0;
      if (gap >= 0 && !may_have_gap)
        return [`hole: ${name} is not contiguous on the server: ${there.join(' ')}`];
      if ((marks.get(stream_id) ?? 0) !== (gap >= 0 ? gap : there.length))
        return [`mark: ${name} has another mark than entries`];
      return is_forked || there.length >= last_seq
        ? []
        : [`short: ${name} has ${last_seq} entries, the server ${there.length}`];
    }),
  );
}

/** Where nothing was moved to another stream, what was kept before something was begun stands before it. */
function checkOrder({ ledger, server, profiles }: Ended): string[] {
  const by_hash = new Map([...ledger.taps.values()].map((tap) => [tap.hash, tap]));
  const plain = new Set(
    profiles.flatMap((profile) =>
      profile.was_moved ? [] : profile.streams.map((stream) => stream.stream_id),
    ),
  );
  const found: string[] = [];
  let before: { stream_id: string; tap: Tap | undefined } | null = null;
  for (const { stream_id, hash } of server.envelopes) {
    const tap = by_hash.get(hash);
    const last = before?.stream_id === stream_id ? before.tap : undefined;
    const is_late = tap && last && is_before(tap, last);
    if (plain.has(stream_id) && is_late && tap.profile === last.profile) {
      found.push(`order: tap ${tap.number} stands after tap ${last.number}, which was begun later`);
    }
    before = { stream_id, tap };
  }
  return found;
}

function is_before(tap: Tap, other: Tap): boolean {
  return !tap.is_in_journal_only && tap.dotted_at !== null && tap.dotted_at < other.ringed_at;
}

/** The server's view, the fold of its log, and the fold of every tablet that may read are one. */
function checkViews(ended: Ended): string[] {
  const accepted = new Map<string, Entry[]>();
  for (const row of ended.server.bodies) {
    if (row.set_aside_code !== null || row.subject_id === null || !row.is_whole) continue;
    const entries = accepted.get(row.subject_id) ?? [];
    accepted.set(row.subject_id, [...entries, readEntry(row.body)]);
  }
  return [...accepted].flatMap(([subject_id, entries]) => checkView(ended, subject_id, entries));
}

function checkView(ended: Ended, subject_id: string, entries: readonly Entry[]): string[] {
  const about = `visit ${subject_id.slice(-6)}`;
  if (ended.server.bodies.some((row) => row.subject_id === subject_id && !row.is_whole)) return [];
  const start = entries.find((entry) => entry.kind === 'observation.started');
  const protocol = protocolOf(ended.protocols, start);
  const expected = fold([...entries], protocol);
  const view = ended.server.views[subject_id];
  const found: string[] = [];
  if (view === undefined) found.push(`view: the server has none of ${about}`);
  else
    found.push(
      ...differences(`${about}: the server's view is not its log`, JSON.parse(view), expected),
    );
  found.push(...findConflicts(about, entries, expected), ...findLate(about, entries, expected));
  for (const profile of ended.profiles) {
    if (!profile.may_read || profile.person_id !== start?.author_id) continue;
    // What has left this tablet, or what its disk has damaged, it cannot show.
    if (
      entries.some(({ entry_id }) => profile.forgotten.has(entry_id) || ended.spoilt.has(entry_id))
    )
      continue;
    const known = profile.entries.filter(
      (one) => one.entry.subject_id === subject_id && one.state !== 'set_aside',
    );
    const seen = fold(
      known.map((one) => one.entry),
      protocol,
    );
    found.push(...differences(`${about}: ${profile.name} shows another view`, seen, expected));
  }
  return found;
}

function protocolOf(protocols: readonly Protocol[], start: Entry | undefined): Protocol | null {
  return protocols.find((one) => one.slug === start?.payload.protocol_slug) ?? null;
}

function differences(about: string, one: ObservationView, other: ObservationView): string[] {
  for (const name of Object.keys(other) as (keyof ObservationView)[]) {
    const [here, there] = [canonical(one[name]), canonical(other[name])];
    if (here !== there) return [`${about}: ${name} ${around(here, there)}`];
  }
  return [];
}

function around(here: string, there: string): string {
  let place = 0;
  while (here[place] === there[place] && place < here.length) place += 1;
  const from = Math.max(0, place - 30);
  return `…${here.slice(from, place + 60)} instead of …${there.slice(from, place + 60)}`;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function groupByHash(bodies: readonly StoredBody[]): Map<string, StoredBody[]> {
  const groups = new Map<string, StoredBody[]>();
  for (const row of bodies) groups.set(row.hash, [...(groups.get(row.hash) ?? []), row]);
  return groups;
}
