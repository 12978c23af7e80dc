import { makeId } from '../../../../pwa/src/entry/entry.ts';
import type { JournalRecord } from '../../../../pwa/src/machine/effect.ts';
import { Chance } from './chance.ts';
import type { Image } from './disk.ts';
import { countNow } from './ending.ts';
import { Ledger, type Tap } from './ledger.ts';
import type { Weather } from './link.ts';
import { rewindKeys } from './platform.ts';
import type { Profile } from './profile.ts';
import { Seat } from './seat.ts';
import { Server } from './server.ts';
import { Tablet } from './tablet.ts';
import { FAULTS } from './troubles.ts';
import { planVisit, type Visit } from './visit.ts';
import { streamsOf, waitingRows } from './waiting.ts';
import { World } from './world.ts';

const BEGINNING = Date.UTC(2026, 8, 1, 13);
const LASTS_MS = 4 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** Between them backups and images are made. */
const PARTS = 4;
const LEAST_TAPS = 60;
const LEAST_FAULTS = 5;
/** What the promise allows after the last fault has healed. */
export const DRAINED_WITHIN_MS = 30_000;
/** After which a lock that a frozen tab holds is taken from it. */
const PATIENCE_MS = 60_000;

/** What a copy of a tablet's medium holds of one profile. */
export interface Medium {
  readonly disk: Image;
  readonly journal: readonly JournalRecord[];
}

/** One school morning that goes wrong in the ways its seed says. */
export class Schedule {
  readonly chance: Chance;
  readonly world: World;
  readonly server: Server;
  readonly ledger: Ledger;
  readonly tablets: Tablet[] = [];
  readonly seats: Seat[] = [];
  /** Earlier states of each profile's disk, to which a tablet may be put back. */
  readonly images = new Map<Profile, Medium[]>();
  /** Hashes of bodies of which the server's disk has changed a byte. */
  readonly corrupted = new Set<string>();
  /** Entries that a tablet's own disk has made unreadable. */
  readonly spoilt = new Set<string>();
  /** Hashes of pictures that a tablet's own disk has made unreadable, or lost. */
  readonly spoilt_photos = new Set<string>();
  /** Whose reading was ended. */
  readonly ended = new Set<string>();
  /** Whose pairing was ended: what she may read no more is named to her tablets. */
  readonly withdrawn = new Set<string>();
  #healed_at = 0;
  /** Hashes that the last backup holds. */
  backed_up = new Set<string>();
  /** Hashes that a restore took from the server. */
  readonly taken_back = new Set<string>();
  is_healed = false;
  /** Keys, sessions and leases have grown old. */
  has_aged = false;

  constructor(seed: number) {
    rewindKeys();
    this.chance = new Chance(seed);
    this.world = new World(BEGINNING + this.chance.below(3_600_000), this.chance);
    this.server = new Server(this.world);
    this.ledger = new Ledger(this.world);
    this.server.reset(seed % 2 ** 31);
    this.server.onCrash = (crash) => {
      this.ledger.hit(`crash_${crash.where}`);
      this.ledger.tell('server', `dies: ${crash.where}`);
      this.#restartServer(this.chance.between(500, 15_000));
    };
  }

  run(): void {
    this.#furnish();
    this.#backUp();
    this.#planTaps();
    this.#planFaults();
    for (let part = 1; part <= PARTS; part += 1) {
      this.world.runFor(LASTS_MS / PARTS);
      this.#takeImages();
      if (part < PARTS && this.chance.happens(0.4)) this.#backUp();
    }
    this.#makeUpForFaults();
    this.#makeUpForTaps();
  }

  seatsAt(tablet: Tablet): Seat[] {
    return this.seats.filter((seat) => seat.profile.tablet === tablet);
  }

  // Faults that touch more than one thing.

  spoil(weather: Weather): void {
    const { chance, ledger } = this;
    const hit = chance.happens(0.3) ? this.tablets : [chance.pick(this.tablets)];
    const likelihood = chance.pick([0.3, 0.7, 1]);
    const lasts = chance.between(5_000, 60_000);
    for (const { link, name } of hit) {
      link.weather.set(weather, likelihood);
      ledger.tell(name, `${weather} for ${lasts} ms`);
      this.world.after(lasts, () => link.weather.delete(weather));
    }
  }

  killServer(fault: string): void {
    this.ledger.hit(fault);
    this.ledger.tell('server', 'is killed');
    this.server.is_down = true;
    this.#restartServer(this.chance.between(1_000, 30_000));
  }

  restoreServer(): void {
    const log = this.server.readLog();
    for (const { hash } of log.bodies) if (!this.backed_up.has(hash)) this.taken_back.add(hash);
    this.server.restore();
    // A copied database, without the ledger that a restore replays: the pairing may be there again.
    this.withdrawn.clear();
    this.ledger.hit('restored');
    this.ledger.tell('server', 'is restored from its backup');
    this.server.is_down = true;
    this.#restartServer(this.chance.between(500, 20_000));
  }

  endReading(what: 'end_pairing' | 'end_role' | 'revoke_streams', fault: string): void {
    const seat = this.chance.pick(this.seats);
    this.server.change(what, seat.profile.person_id);
    this.ended.add(seat.profile.person_id);
    // By a clock that runs ahead it ends later than the school is looked at.
    const is_at_once = this.server.offset_ms <= 0;
    if (what === 'end_pairing' && is_at_once) this.withdrawn.add(seat.profile.person_id);
    this.ledger.hit(fault);
    this.ledger.tell('server', `${fault}: ${seat.who}`);
  }

  /** What this profile held and is not in `image` is gone with it. */
  lose(profile: Profile, medium: Medium | null): void {
    const rows = medium?.disk.get('entries') ?? [];
    const journal = medium?.journal ?? profile.journal.records;
    const kept = new Set([
      ...rows.map((row) => (row.value as { entry_id: string }).entry_id),
      ...journal.map((record) => record.entry_id),
    ]);
    const gone = [...this.ledger.taps.values()].filter((tap) => !kept.has(tap.entry_id));
    this.#assertSaid(profile, gone);
    const pictures = new Set((medium?.disk.get('photo_bytes') ?? []).map((row) => row.key));
    for (const { key } of profile.disk.image.get('photo_bytes') ?? []) {
      if (!pictures.has(key)) this.spoilt_photos.add(String(key));
    }
    for (const tap of gone) tap.lost_with.push(profile);
  }

  /** The status line has counted everything that is lost with this profile. */
  #assertSaid(profile: Profile, gone: readonly Tap[]): void {
    const own = gone.filter(
      (tap) => tap.profile === profile && tap.dotted_at !== null && !tap.is_in_journal_only,
    );
    // What its disk had spoilt before was said then.
    const held = own.filter(
      (tap) => !tap.lost_with.includes(profile) && !this.spoilt.has(tap.entry_id),
    );
    const there = this.server.haveOrHad(held.map((tap) => tap.hash));
    const lost = held.filter((tap) => !there.has(tap.hash)).length;
    if (lost > this.countSaid(profile))
      this.ledger.violate(`unsaid: ${lost} taps are lost with ${profile.tablet.name}`);
  }

  /** As the status line said it last: until the app is open again, nobody has looked at what became of the database. */
  countSaid(profile: Profile): number {
    const seats = this.seats.filter((seat) => seat.profile === profile);
    const is_open = seats.some((seat) => seat.liveTabs().some((tab) => tab.has_completed));
    return Math.max(countNow(profile), is_open ? 0 : profile.said_before_loss);
  }

  copy(seat: Seat, medium: Medium): void {
    const tablet = this.#addTablet(`copy${this.tablets.length}`);
    const profile = tablet.profileOf(seat.profile.person_id);
    profile.disk.putBack(medium.disk);
    profile.journal.records = medium.journal;
    profile.journal.exists = seat.profile.journal.exists;
    profile.copied_from = seat.profile;
    profile.platform = seat.profile.platform;
    this.server.signIn(tablet.name, profile.person_id);
    const made = new Seat(seat.who, profile, [...seat.visits], this.ledger, this.server);
    this.seats.push(made);
    this.ledger.tell(made.name, `is a copy of ${seat.name}`);
    made.openTab();
    this.#planTapsOf(made, 2);
  }

  reopen(seat: Seat): void {
    this.world.after(this.chance.between(500, 15_000), () => {
      if (seat.liveTabs().length === 0) seat.openTab();
    });
  }

  /** A night, a morning in which what came is verified, and a month in a drawer; the server's backups go on. */
  letMonthPass(): void {
    this.has_aged = true;
    this.ledger.hit('months_pass');
    this.#endSessions();
    this.#letTimePass(25 * 3_600_000);
    this.world.after(25_000, () => {
      if (!this.is_healed) this.#letTimePass(this.chance.between(31, 40) * DAY_MS);
    });
  }

  #letTimePass(ms: number): void {
    for (const tablet of this.tablets) tablet.killBrowser();
    this.world.skip(ms);
    this.ledger.tell('world', `${Math.round(ms / DAY_MS)} days have passed`);
    if (!this.server.is_down) this.#backUp();
    this.images.clear();
    for (const seat of this.seats) seat.openTab();
  }

  // The last act.

  /** Everything works again; frozen tabs may stay frozen, ended roles and lost tablets stay as they are. */
  heal(): void {
    this.is_healed = true;
    this.#healed_at = this.world.now;
    this.server.is_down = false;
    this.server.crash = null;
    this.server.offset_ms = 0;
    for (const tablet of this.tablets) {
      tablet.link.weather.clear();
      for (const profile of tablet.profiles) profile.forgetTroubles();
    }
    for (const seat of this.seats) {
      for (const { page } of seat.liveTabs()) {
        page.fuse = null;
        page.onDeath = () => undefined;
        const wakes = page.is_frozen && this.chance.happens(0.7);
        if (wakes && !seat.profile.tablet.locks.has(page)) page.thaw();
      }
      if (seat.liveTabs().every(({ page }) => page.is_frozen)) seat.openTab();
    }
    this.ledger.tell('world', 'everything is healed');
    // A tab that stays frozen with the lock in its hand is a fault that ends with the others' patience, and that
    // begins when they are about to sync: one that rests after a trouble would only come to it later.
    if (!this.seats.some(holdsLockFrozen)) return;
    for (const seat of this.seats) for (const { page } of seat.liveTabs()) page.nudge();
    this.world.runFor(PATIENCE_MS);
  }

  /** Weeks later nobody signs in: what a known stream has goes out by its key alone. (A restored server may know it no more.) */
  deliverUnsigned(): void {
    this.#endSessions();
    for (const seat of this.seats) for (const { page } of seat.liveTabs()) page.nudge();
    this.world.runFor(DRAINED_WITHIN_MS);
    const known = new Set(this.server.readLog().streams.map((one) => one.stream_id));
    for (const { name, profile } of this.seats) {
      // A stream that only a copy of this tablet has enrolled is not known to be so here.
      const is_known = streamsOf(profile).some(
        (one) =>
          known.has(one.stream_id) &&
          (one.is_enrolled || one.asked_to_enrol || one.acknowledged_through > 0),
      );
      if (profile.platform.is_locked || !is_known) continue;
      const waiting = countNow(profile);
      if (waiting > 0) this.ledger.violate(`unsigned: ${waiting} entries wait on ${name}`);
    }
  }

  #endSessions(): void {
    for (const seat of this.seats) this.server.change('end_sessions', seat.profile.person_id);
  }

  /** A night passes, so that everything is verified. */
  sleepOver(): void {
    this.#letTimePass(25 * 3_600_000);
  }

  /** Each person signs in where she works, one after another where they share a tablet. */
  signInAndNudge(): void {
    this.#takeTurns(() => true);
  }

  /**
   * What neither side can open waits, as long as the profile is locked: whether it is lost only her key can tell. All
   * else of a locked profile has come, what stands behind it, too. Then she unlocks it.
   */
  unlockWhereSpoilt(): void {
    const locked = this.seats.filter(({ profile }) => profile.platform.is_locked);
    const there = new Set(this.server.readLog().envelopes.map((one) => one.hash));
    for (const { name, profile } of locked) {
      const held_up = waitingRows(profile).filter(
        (row) => !this.spoilt.has(row.entry_id) && !there.has(row.hash),
      );
      if (held_up.length === 0) continue;
      const numbers = held_up.map((row) => row.stream_seq).join(' ');
      this.ledger.violate(`locked: ${numbers} are held up on ${name}, which is locked`);
    }
    if (this.spoilt.size === 0) return;
    // A photo, too: sealed it goes only with its mark.
    const waiting = locked.filter(
      ({ profile }) => countNow(profile) > 0 || countNow(profile, 'photos_waiting') > 0,
    );
    for (const { name, profile } of waiting) {
      this.ledger.tell(name, `is unlocked, where ${countNow(profile)} wait`);
      profile.platform.is_locked = false;
    }
    if (waiting.length > 0) this.signInAndNudge();
  }

  /** What one of her tablets has brought last, her others fetch; and what a page that is gone had sent, this one. */
  exchange(): void {
    this.#takeTurns((seat) => {
      const is_late = seat.profile.tablet.link.late_at > this.#healed_at;
      return is_late || this.seats.some((one) => one !== seat && one.who === seat.who);
    });
  }

  #takeTurns(is_wanted: (seat: Seat) => boolean): void {
    const most = Math.max(...this.tablets.map((tablet) => this.seatsAt(tablet).length));
    for (let turn = 0; turn < most; turn += 1) {
      for (const tablet of this.tablets) {
        const seat = this.seatsAt(tablet)[turn];
        if (!seat || !is_wanted(seat)) continue;
        // What is fetched is fetched with her own session, and on a shared tablet another's may be open.
        this.server.signIn(tablet.name, seat.profile.person_id);
        for (const { page } of seat.liveTabs()) page.nudge();
      }
      this.world.runFor(DRAINED_WITHIN_MS);
    }
  }

  // How it begins.

  #furnish(): void {
    const { server, chance } = this;
    const { people } = server.school;
    const makeVisit = (who: string): Visit =>
      planVisit(
        server.school,
        who,
        makeId(this.world.now, (count) => chance.bytes(count)),
        chance,
      );
    const of_lee = makeVisit('lee');
    const at_shared = chance.happens(0.4) ? ['dana', 'park'] : [chance.pick(['dana', 'park'])];
    const places: [string, string, Visit[]][] = [
      ['one', 'lee', [of_lee]],
      ['two', 'lee', [of_lee, makeVisit('lee')]],
      ...at_shared.map((who): [string, string, Visit[]] => ['shared', who, [makeVisit(who)]]),
    ];
    for (const [name, who, visits] of places) {
      const tablet = this.tablets.find((one) => one.name === name) ?? this.#addTablet(name);
      const profile = tablet.profileOf(people[who] as string);
      profile.journal.exists = chance.happens(0.7);
      if (chance.happens(0.3)) profile.platform.beginSealing(server.organisationKey());
      this.seats.push(new Seat(who, profile, [...visits], this.ledger, server));
    }
    for (const seat of this.seats) {
      server.signIn(seat.profile.tablet.name, seat.profile.person_id);
      seat.openTab();
      if (this.seatsAt(seat.profile.tablet).length > 1) this.world.runFor(5_000);
    }
  }

  #addTablet(name: string): Tablet {
    const tablet = new Tablet(name, this.world, this.server);
    tablet.link.onMet = (weather) => this.ledger.hit(weather);
    this.tablets.push(tablet);
    return tablet;
  }

  #planTaps(): void {
    for (const seat of this.seats) this.#planTapsOf(seat, 2);
    const [first] = this.seats as [Seat];
    this.world.after(LASTS_MS * 0.7, () => first.finish());
    this.world.after(LASTS_MS * 0.75, () => first.share());
    const other = this.chance.pick(this.seats);
    this.world.after(this.chance.below(LASTS_MS), () => other.finish());
    this.world.after(this.chance.below(LASTS_MS), () => other.share());
  }

  /** Some found nothing to spoil. */
  #makeUpForFaults(): void {
    for (let more = 0; more < 9 && this.ledger.faults < LEAST_FAULTS; more += 1) {
      FAULTS[this.#nextFault()]?.[1](this);
      this.world.runFor(10_000);
    }
  }

  /** Some found no app open: they are made up for before anything heals. */
  #makeUpForTaps(): void {
    for (let more = 0; more < 9 && this.ledger.taps.size < LEAST_TAPS; more += 1) {
      const seat = this.chance.pick(this.seats);
      if (seat.liveTabs().length === 0) seat.openTab();
      this.world.runFor(3_000);
      seat.tapSome(this.chance.between(10, 16));
      this.world.runFor(20_000);
    }
  }

  #planTapsOf(seat: Seat, bursts: number): void {
    const tap = (after_ms: number, least: number, most: number) =>
      this.world.after(after_ms, () => {
        if (!this.is_healed) seat.tapSome(this.chance.between(least, most));
      });
    // The start of the visit first.
    tap(this.chance.between(500, 5_000), 1, 1);
    for (let burst = 0; burst < bursts; burst += 1) {
      tap(this.chance.between(10_000, LASTS_MS - 20_000), 10, 16);
    }
  }

  #planFaults(): void {
    const count = this.chance.between(6, 10);
    for (let made = 0; made < count; made += 1) {
      const name = this.#nextFault();
      this.world.after(this.chance.between(3_000, LASTS_MS - 5_000), () => {
        if (!this.is_healed) FAULTS[name]?.[1](this);
      });
    }
  }

  #nextFault(): string {
    const weights = Object.entries(FAULTS).map(([name, [weight]]) => [name, weight]);
    return this.chance.weigh(Object.fromEntries(weights));
  }

  #takeImages(): void {
    for (const { profile } of this.seats) {
      const images = this.images.get(profile) ?? [];
      images.push({ disk: profile.disk.durable, journal: profile.journal.records });
      this.images.set(profile, images);
    }
  }

  #backUp(): void {
    this.server.backUp();
    this.backed_up = new Set(this.server.readLog().bodies.map((row) => row.hash));
    this.ledger.tell('server', `backup with ${this.backed_up.size} entries`);
  }

  #restartServer(after_ms: number): void {
    this.world.after(after_ms, () => {
      this.server.is_down = false;
    });
  }
}

function holdsLockFrozen(seat: Seat): boolean {
  const { locks } = seat.profile.tablet;
  return seat.liveTabs().some(({ page }) => page.is_frozen && locks.has(page));
}
