import type { Counts, LoggedEntry } from '../../../../pwa/src/log/log.ts';
import { countEntries, entriesOf } from '../../../../pwa/src/log/read.ts';
import type { OwnRow, StreamRow } from '../../../../pwa/src/log/stores.ts';
import type { Moment, Script } from '../../../../pwa/src/machine/effect.ts';
import { check, type ProfileLog } from './checker.ts';
import { work } from './disk.ts';
import type { Profile } from './profile.ts';
import type { Schedule } from './schedule.ts';

/** Reads everything at the end, with the app's own reading scripts, and checks it. */
export function judge(schedule: Schedule): string[] {
  const { ledger, server, seats, corrupted, taken_back, spoilt } = schedule;
  const subjects = new Set([...ledger.taps.values()].map((tap) => tap.made.entry.subject_id));
  const profiles = seats.map(({ profile, name }) =>
    readProfile(
      name,
      profile,
      [...subjects],
      !schedule.ended.has(profile.person_id),
      schedule.withdrawn.has(profile.person_id),
    ),
  );
  const protocols = server.school.protocols.map((one) => one.document);
  const log = server.readLog();
  const times = server.readTimes([...subjects]);
  const { now } = schedule.world;
  const { spoilt_photos } = schedule;
  const photos = server.readPhotos();
  return check({
    ...{ ledger, server: log, profiles, protocols, corrupted, taken_back, spoilt },
    ...{ times, now, photos, spoilt_photos },
  });
}

function readProfile(
  name: string,
  profile: Profile,
  subjects: readonly string[],
  may_read: boolean,
  is_withdrawn: boolean,
): ProfileLog {
  // Locked to the end: it has delivered, and fetched nothing that nobody could read here.
  const was_locked = profile.platform.is_locked;
  profile.platform.is_locked = false;
  const { image } = profile.disk;
  const rows = (image.get('entries') ?? []).map((row) => row.value as OwnRow);
  const meta = image.get('meta') ?? [];
  const current = meta.find((row) => row.key === 'stream')?.value as StreamRow | undefined;
  const retired = (image.get('streams') ?? []).map((row) => row.value as StreamRow);
  const found = {
    name,
    person_id: profile.person_id,
    may_read: may_read && !was_locked,
    is_withdrawn:
      is_withdrawn &&
      !was_locked &&
      meta.some((row) => row.key === 'reading' && row.value === 'open'),
    // Wiped and not opened since: nothing is left that could wait.
    on_tablet: countNow(profile),
    photos_waiting: countNow(profile, 'photos_waiting'),
    entries: current
      ? subjects.flatMap((subject_id) => readNow<LoggedEntry[]>(profile, entriesOf(subject_id)))
      : [],
    streams: [...(current ? [current] : []), ...retired].map((stream) => ({
      stream_id: stream.stream_id,
      last_seq: stream.last_seq,
      is_forked: stream.retired === 'forked',
    })),
    was_moved: retired.length > 0 || profile.has_lost_store,
    rows: new Set(rows.map((row) => row.entry_id)),
    doubled: doubledIn(rows),
    forgotten: new Set(rows.filter((row) => row.body === null).map((row) => row.entry_id)),
  };
  // A copy of it shares its keys, and is asked next.
  profile.platform.is_locked = was_locked;
  return found;
}

function doubledIn(rows: readonly OwnRow[]): string[] {
  const seen = new Set<string>();
  return rows.flatMap(({ entry_id }) => {
    if (seen.has(entry_id)) return [entry_id];
    seen.add(entry_id);
    return [];
  });
}

/** "12 on this tablet only", as the status line says it. */
export function countNow(
  profile: Profile,
  what: 'on_tablet' | 'photos_waiting' = 'on_tablet',
): number {
  const has_begun = (profile.disk.image.get('meta') ?? []).some((row) => row.key === 'stream');
  return has_begun ? readNow<Counts>(profile, countEntries())[what] : 0;
}

function nowOf({ tablet }: Profile): Moment {
  return {
    wall_ms: tablet.wall_ms(),
    offset_minutes: tablet.offset_minutes,
    elapsed_ms: 0,
    clock_session_id: '',
  };
}

/** Runs a script that only reads, at once. */
export function readNow<Result>(profile: Profile, script: Script<Result>): Result {
  let step = script.next();
  while (!step.done) {
    const effect = step.value;
    if (effect.port === 'store')
      step = script.next(work(profile.disk.image, effect.transaction).result);
    else if (effect.port === 'platform') step = script.next(profile.platform.answer(effect));
    else if (effect.port === 'clock') step = script.next(nowOf(profile));
    else throw new Error(`reading asks for ${effect.port}`);
  }
  return step.value;
}
