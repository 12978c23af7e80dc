import { heldBody } from '../../../../pwa/src/log/bodies.ts';
import type { OwnRow } from '../../../../pwa/src/log/stores.ts';
import type { Schedule } from './schedule.ts';
import type { Seat } from './seat.ts';
import { streamsOf, waitingRows } from './waiting.ts';

export function cutPower(schedule: Schedule): void {
  const tablet = schedule.chance.pick(schedule.tablets);
  schedule.ledger.hit('power_cut');
  schedule.ledger.tell(tablet.name, 'power is cut');
  tablet.cutPower();
  for (const seat of schedule.seatsAt(tablet)) schedule.reopen(seat);
}

/** A power cut takes the journal's names, and what it tore costs the database at the start after the next. */
export function tearEnd(schedule: Schedule): void {
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

export function bring(schedule: Schedule, trouble: 'torn' | 'handle_lost' | 'unheard'): void {
  const { chance, seats, ledger } = schedule;
  const seat = chance.pick(seats);
  const count = chance.between(1, 3);
  seat.profile.bring(...Array.from({ length: count }, () => trouble));
  ledger.hit(trouble);
  ledger.tell(seat.name, `next ${count} writes: ${trouble}`);
}

export function fill(schedule: Schedule): void {
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
export function wipe(schedule: Schedule): void {
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
export function loseStore(schedule: Schedule): void {
  loseStoreOf(schedule, schedule.chance.pick(schedule.seats));
}

function loseStoreOf(schedule: Schedule, seat: Seat): void {
  assertComplete(schedule, seat);
  seat.profile.said_before_loss = schedule.countSaid(seat.profile);
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

/** One that the server cannot have yet: neither side can open it, and what lies behind it is to come all the same. */
export function spoilUnsent({ chance, ledger, spoilt }: Schedule, { profile, name }: Seat): void {
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

export function spoilRow(schedule: Schedule): void {
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
