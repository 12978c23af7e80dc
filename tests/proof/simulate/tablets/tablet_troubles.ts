import { spoilUnsent } from './disk_troubles.ts';
import type { Schedule } from './schedule.ts';
import type { Seat } from './seat.ts';

const YEAR_MS = 365 * 24 * 3_600_000;
const SPOILT_BESIDE = 0.3;

export function killPage(schedule: Schedule): void {
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

export function killBrowser(schedule: Schedule): void {
  const tablet = schedule.chance.pick(schedule.tablets);
  if (tablet.openPages().length === 0) return;
  schedule.ledger.hit('browser_killed');
  schedule.ledger.tell(tablet.name, 'browser is killed');
  tablet.killBrowser();
  for (const seat of schedule.seatsAt(tablet)) schedule.reopen(seat);
}

export function clone(schedule: Schedule): void {
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

export function restoreImage(schedule: Schedule): void {
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

export function openSecondTab(schedule: Schedule): void {
  const seat = liveSeat(schedule);
  if (!seat || seat.liveTabs().length > 2) return;
  schedule.ledger.hit('two_tabs');
  schedule.ledger.tell(seat.name, 'a second tab is opened');
  seat.openTab();
}

/** Preferably one that holds the lock. */
export function freeze(schedule: Schedule): void {
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

export function turnTabletClock(schedule: Schedule): void {
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

export function sleep(schedule: Schedule): void {
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
export function lock(schedule: Schedule): void {
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

function liveSeat({ seats, chance }: Schedule): Seat | null {
  const live = seats.filter((seat) => seat.liveTabs().length > 0);
  return live.length > 0 ? chance.pick(live) : null;
}
