import { heldBody } from '../../../../pwa/src/log/bodies.ts';
import type { OwnRow } from '../../../../pwa/src/log/stores.ts';
import { WEATHERS } from './link.ts';
import type { Schedule } from './schedule.ts';
import type { Seat } from './seat.ts';
import { streamsOf, waitingRows } from './waiting.ts';

const DAY_MS = 24 * 3_600_000;
const YEAR_MS = 365 * DAY_MS;

/** What can be done to a running school. Each gives how it is healed, where that does not come by itself. */
export type Fault = (schedule: Schedule) => void;

/** How often each is chosen, and what it does. `hit` is called where it really took place. */
export const FAULTS: Readonly<Record<string, readonly [weight: number, Fault]>> = {
  ...Object.fromEntries(
    WEATHERS.map((weather) => [
      weather,
      [1, (schedule: Schedule) => schedule.spoil(weather)] as const,
    ]),
  ),
  server_killed: [1, (schedule) => schedule.killServer('server_killed')],
  crash_statement: [1.5, (schedule) => arm(schedule, 'statement')],
  crash_before_commit: [1.5, (schedule) => arm(schedule, 'before_commit')],
  crash_after_commit: [1.5, (schedule) => arm(schedule, 'after_commit')],
  restored: [1, (schedule) => schedule.restoreServer()],
  server_clock: [0.5, turnServerClock],
  pairing_ended: [0.2, (schedule) => schedule.endReading('end_pairing', 'pairing_ended')],
  role_ended: [0.2, (schedule) => schedule.endReading('end_role', 'role_ended')],
  streams_revoked: [0.2, (schedule) => schedule.endReading('revoke_streams', 'streams_revoked')],
  sessions_ended: [0.5, endSessions],
  session_expired: [0.5, expireSession],
  byte_corrupted: [0.5, corruptByte],
  page_killed: [2, killPage],
  browser_killed: [1, killBrowser],
  power_cut: [2, cutPower],
  torn_end: [0.7, tearEnd],
  torn: [1, (schedule) => bring(schedule, 'torn')],
  handle_lost: [1, (schedule) => bring(schedule, 'handle_lost')],
  unheard: [1, (schedule) => bring(schedule, 'unheard')],
  quota: [1, fill],
  wiped: [0.7, wipe],
  store_lost: [0.5, loseStore],
  cloned: [0.7, clone],
  image_restored: [0.7, restoreImage],
  two_tabs: [1, openSecondTab],
  tab_frozen: [1, freeze],
  tablet_clock: [0.7, turnTabletClock],
  slept: [0.7, sleep],
  locked: [0.7, lock],
  row_unreadable: [0.5, spoilRow],
  months_pass: [0.15, (schedule) => schedule.letMonthPass()],
};

function arm(schedule: Schedule, where: 'statement' | 'before_commit' | 'after_commit'): void {
  const { chance, server, ledger } = schedule;
  const path = chance.happens(0.8) ? '/api/v1/sync/push' : '/api/v1/';
  const count = where === 'statement' ? chance.between(1, 30) : chance.between(1, 2);
  server.crash = { where, count, path };
  ledger.tell('server', `will die at ${where} ${count} of ${path}`);
}

function turnServerClock({ chance, server, ledger, world }: Schedule): void {
  server.offset_ms = Math.round(
    (chance.fraction() - 0.5) * 2 * chance.pick([120_000, 3_600_000, DAY_MS]),
  );
  ledger.hit('server_clock');
  ledger.tell('server', `clock is ${server.offset_ms} ms off`);
  world.after(chance.between(15_000, 100_000), () => {
    server.offset_ms = 0;
  });
}

function endSessions({ chance, server, ledger, seats }: Schedule): void {
  const seat = chance.pick(seats);
  server.change('end_sessions', seat.profile.person_id);
  ledger.hit('sessions_ended');
  ledger.tell('server', `sessions of ${seat.who} ended`);
}

function expireSession({ chance, server, ledger, tablets }: Schedule): void {
  const tablet = chance.pick(tablets);
  server.signOut(tablet.name);
  ledger.hit('session_expired');
  ledger.tell(tablet.name, 'session expired');
}

function corruptByte(schedule: Schedule): void {
  const { chance, server, ledger } = schedule;
  const hash = server.corrupt(chance.below(100_000));
  if (hash === null) return;
  schedule.corrupted.add(hash);
  ledger.hit('byte_corrupted');
  ledger.tell('server', `a byte of ${nameOf(schedule, hash)} is corrupted`);
}

function nameOf({ ledger }: Schedule, hash: string): string {
  for (const tap of ledger.taps.values()) if (tap.hash === hash) return `tap ${tap.number}`;
  return 'something else';
}

function killPage(schedule: Schedule): void {
  const { chance, ledger } = schedule;
  const seat = liveSeat(schedule);
  if (!seat) return;
  const tab = chance.pick(seat.liveTabs());
  const where = chance.pick(['before', 'after', 'within'] as const);
  tab.page.fuse = { effects: chance.between(1, 40), where };
  tab.page.onDeath = () => {
    ledger.hit('page_killed');
    ledger.tell(seat.name, `page dies ${where} an effect`);
    schedule.reopen(seat);
  };
}

function killBrowser(schedule: Schedule): void {
  const tablet = schedule.chance.pick(schedule.tablets);
  if (tablet.openPages().length === 0) return;
  schedule.ledger.hit('browser_killed');
  schedule.ledger.tell(tablet.name, 'browser is killed');
  tablet.killBrowser();
  for (const seat of schedule.seatsAt(tablet)) schedule.reopen(seat);
}

function cutPower(schedule: Schedule): void {
  const tablet = schedule.chance.pick(schedule.tablets);
  schedule.ledger.hit('power_cut');
  schedule.ledger.tell(tablet.name, 'power is cut');
  tablet.cutPower();
  for (const seat of schedule.seatsAt(tablet)) schedule.reopen(seat);
}

/** A power cut takes the journal's names, and what it tore costs the database at the start after the next. */
function tearEnd(schedule: Schedule): void {
  const { chance, ledger, world, tablets } = schedule;
  const tablet = chance.pick(tablets);
  const seats = schedule.seatsAt(tablet);
  for (const seat of seats) seat.tapSome(4);
  world.after(chance.between(20, 1_500), () => {
    if (schedule.is_healed) return;
    ledger.hit('torn_end');
    ledger.tell(tablet.name, 'power is cut, and the names of private files are gone');
    tablet.cutPower();
    for (const { profile } of seats) profile.loseJournal();
    for (const seat of seats) seat.openTab();
    const seat = chance.pick(seats);
    world.after(chance.between(100, 3_000), () => {
      if (!schedule.is_healed) loseStoreOf(schedule, seat);
    });
  });
}

function bring(schedule: Schedule, trouble: 'torn' | 'handle_lost' | 'unheard'): void {
  const { chance, seats, ledger } = schedule;
  const seat = chance.pick(seats);
  const count = chance.between(1, 3);
  seat.profile.bring(...Array.from({ length: count }, () => trouble));
  ledger.hit(trouble);
  ledger.tell(seat.name, `next ${count} writes: ${trouble}`);
}

function fill(schedule: Schedule): void {
  const { chance, seats, ledger, world } = schedule;
  const { profile, name } = chance.pick(seats);
  profile.is_full = true;
  profile.journal.is_full = chance.happens(0.5);
  ledger.hit('quota');
  ledger.tell(name, 'storage is full');
  world.after(chance.between(5_000, 50_000), () => {
    profile.is_full = false;
    profile.journal.is_full = false;
  });
}

/** The browser's data are cleared, under the open app or with it. */
function wipe(schedule: Schedule): void {
  const { chance, seats, ledger } = schedule;
  const seat = chance.pick(seats);
  seat.profile.journal.records = [];
  schedule.lose(seat.profile, null);
  const is_under = chance.happens(0.5);
  ledger.hit('wiped');
  ledger.tell(seat.name, `site data cleared${is_under ? ' under the open app' : ''}`);
  seat.profile.disk.wipe();
  if (is_under) return;
  for (const tab of seat.liveTabs()) tab.page.kill();
  schedule.reopen(seat);
}

/** The browser threw IndexedDB away, as some do when it is damaged; the journal is still there. */
function loseStore(schedule: Schedule): void {
  loseStoreOf(schedule, schedule.chance.pick(schedule.seats));
}

function loseStoreOf(schedule: Schedule, seat: Seat): void {
  assertComplete(schedule, seat);
  for (const tab of seat.liveTabs()) tab.page.kill();
  schedule.lose(seat.profile, null);
  schedule.ledger.hit('store_lost');
  schedule.ledger.tell(seat.name, 'the database is gone, the journal is there');
  seat.profile.disk.wipe();
  seat.profile.has_lost_store = true;
  schedule.reopen(seat);
}

const WRITTEN_MS = 1_000;

/** The journal has what is on this tablet only, also what was there before a power cut took the journal. */
function assertComplete({ ledger, world }: Schedule, seat: Seat): void {
  const { profile } = seat;
  const { journal } = profile;
  if (!journal.exists || journal.has_refused) return;
  if (!seat.liveTabs().some((tab) => tab.has_completed)) return;
  const rows = waitingRows(profile).filter((row) => heldBody(row) !== null);
  const held = new Set(rows.map((row) => row.entry_id));
  for (const tap of ledger.taps.values()) {
    if (tap.profile !== profile || tap.checked_at !== null || !held.has(tap.entry_id)) continue;
    if (tap.dotted_at === null || world.now - tap.dotted_at < WRITTEN_MS) continue;
    if (!journal.has(tap.entry_id))
      ledger.violate(`journal: it has lost tap ${tap.number} for good`);
  }
}

function clone(schedule: Schedule): void {
  const { chance, seats, ledger } = schedule;
  if (schedule.tablets.length > 4) return;
  const seat = chance.pick(seats);
  const { disk } = seat.profile;
  ledger.hit('cloned');
  schedule.copy(seat, {
    disk: chance.happens(0.5) ? disk.durable : disk.image,
    journal: seat.profile.journal.records,
  });
}

function restoreImage(schedule: Schedule): void {
  const { chance, seats, ledger } = schedule;
  const seat = chance.pick(seats);
  const images = schedule.images.get(seat.profile);
  if (!images || images.length === 0) return;
  const image = chance.pick(images);
  schedule.lose(seat.profile, image);
  ledger.hit('image_restored');
  ledger.tell(seat.name, 'tablet is put back to an earlier image');
  for (const tab of seat.liveTabs()) tab.page.kill();
  seat.profile.disk.putBack(image.disk);
  seat.profile.journal.records = image.journal;
  schedule.reopen(seat);
}

function openSecondTab(schedule: Schedule): void {
  const seat = liveSeat(schedule);
  if (!seat || seat.liveTabs().length > 2) return;
  schedule.ledger.hit('two_tabs');
  schedule.ledger.tell(seat.name, 'a second tab is opened');
  seat.openTab();
}

/** Preferably one that holds the lock. */
function freeze(schedule: Schedule): void {
  const { chance, ledger, world } = schedule;
  const seat = liveSeat(schedule);
  if (!seat) return;
  const { page } = chance.pick(seat.liveTabs());
  const { locks } = seat.profile.tablet;
  let tries = 0;
  const attempt = () => {
    tries += 1;
    if (!page.is_alive || schedule.is_healed) return;
    if (!locks.has(page) && tries < 200) return world.after(100, attempt);
    page.freeze();
    ledger.hit('tab_frozen');
    ledger.tell(seat.name, `tab is frozen${locks.has(page) ? ' with the lock in its hand' : ''}`);
    if (seat.liveTabs().every((tab) => tab.page.is_frozen)) seat.openTab();
    world.after(chance.between(5_000, 200_000), () => {
      if (!schedule.is_healed) page.thaw();
    });
  };
  attempt();
}

function turnTabletClock(schedule: Schedule): void {
  const { chance, tablets, ledger, world } = schedule;
  const tablet = chance.pick(tablets);
  const most = chance.pick([60_000, 3_600_000, 10 * YEAR_MS]);
  tablet.wall_offset_ms = Math.round((chance.fraction() - 0.5) * 2 * most);
  tablet.offset_minutes = chance.pick([-300, 0, 60, 345, 765]);
  ledger.hit('tablet_clock');
  ledger.tell(tablet.name, `clock is ${tablet.wall_offset_ms} ms off`);
  if (chance.happens(0.5)) {
    world.after(chance.between(10_000, 100_000), () => {
      // Set back after the last contact, it ends the reading until the next one.
      if (!schedule.is_healed) tablet.wall_offset_ms = 0;
    });
  }
}

function sleep(schedule: Schedule): void {
  const { chance, tablets, ledger, world } = schedule;
  const tablet = chance.pick(tablets);
  const ms = chance.between(5_000, 60_000);
  const pages = tablet.openPages().filter((page) => !page.is_frozen);
  for (const page of pages) page.freeze();
  ledger.hit('slept');
  ledger.tell(tablet.name, `sleeps for ${ms} ms`);
  world.after(ms, () => {
    tablet.sleep(ms);
    for (const page of pages) page.thaw();
  });
}

/** Nobody has given the PIN: what is there goes out as it lies on the disk. Unlocked at the end, after that. */
function lock(schedule: Schedule): void {
  const { chance, ledger, world } = schedule;
  const sealing = schedule.seats.filter((seat) => seat.profile.platform.sealed_key);
  if (sealing.length === 0) return;
  const seat = chance.pick(sealing);
  seat.tapSome(4);
  world.after(chance.between(20, 1_500), () => {
    seat.profile.platform.is_locked = true;
    ledger.hit('locked');
    ledger.tell(seat.name, 'is locked');
    if (chance.happens(SPOILT_BESIDE)) spoilUnsent(schedule, seat);
  });
  if (chance.happens(0.5)) return;
  world.after(chance.between(10_000, 100_000), () => {
    // Later nobody would fetch what was not fetched while it was locked.
    if (!schedule.is_healed) seat.profile.platform.is_locked = false;
  });
}

const SPOILT_BESIDE = 0.3;

/** One that the server cannot have yet: neither side can open it, and what lies behind it is to come all the same. */
function spoilUnsent({ chance, ledger, spoilt }: Schedule, { profile, name }: Seat): void {
  const [stream] = streamsOf(profile);
  const ids = new Set(
    waitingRows(profile)
      .filter((row) => row.stream_id === stream?.stream_id && row.body instanceof Uint8Array)
      .map((row) => row.entry_id),
  );
  const rows = profile.disk.image.get('entries') ?? [];
  const unsent = rows.filter((row) => ids.has((row.value as OwnRow).entry_id));
  if (unsent.length === 0) return;
  const row = chance.pick(unsent);
  const value = row.value as OwnRow;
  profile.disk.spoil('entries', row, { ...value, body: new Uint8Array([1, 2, 3]) });
  spoilt.add(value.entry_id);
  ledger.hit('row_unreadable');
  ledger.tell(name, `an unsent row is unreadable: ${value.stream_seq}`);
}

function spoilRow(schedule: Schedule): void {
  const { chance, seats, ledger } = schedule;
  const seat = chance.pick(seats);
  if (spoilPicture(schedule, seat)) return;
  const rows = seat.profile.disk.image.get('entries') ?? [];
  const held = rows.filter((row) => (row.value as { body: unknown }).body !== null);
  if (held.length === 0) return;
  const row = chance.pick(held);
  const value = row.value as { entry_id: string; body: string | Uint8Array };
  const body = typeof value.body === 'string' ? `${value.body} ` : new Uint8Array([1, 2, 3]);
  seat.profile.disk.spoil('entries', row, { ...value, body });
  schedule.spoilt.add(value.entry_id);
  ledger.hit('row_unreadable');
  ledger.tell(
    seat.name,
    `a row is unreadable: ${ledger.taps.get(value.entry_id)?.number ?? 'not a tap'}`,
  );
}

/** Where it has taken any: half of the time one of them instead. */
function spoilPicture({ chance, ledger, spoilt_photos }: Schedule, seat: Seat): boolean {
  const pictures = seat.profile.disk.image.get('photo_bytes') ?? [];
  if (pictures.length === 0 || chance.happens(0.5)) return false;
  const row = chance.pick(pictures);
  const size = (row.value as { byteLength: number }).byteLength;
  const noise = chance.bytes(size);
  seat.profile.disk.spoil('photo_bytes', row, ArrayBuffer.isView(row.value) ? noise : noise.buffer);
  spoilt_photos.add(String(row.key));
  ledger.hit('row_unreadable');
  ledger.tell(seat.name, `a picture is unreadable: ${String(row.key).slice(0, 8)}`);
  return true;
}

function liveSeat({ seats, chance }: Schedule): Seat | null {
  const live = seats.filter((seat) => seat.liveTabs().length > 0);
  return live.length > 0 ? chance.pick(live) : null;
}
