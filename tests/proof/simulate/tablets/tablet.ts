import { Link } from './link.ts';
import { Locks } from './locks.ts';
import type { Page } from './page.ts';
import { Profile } from './profile.ts';
import type { Serving } from './server.ts';
import type { World } from './world.ts';

/** Browsers keep the names of private files in a database that is not synced. */
const NAMES_LOST = 0.3;

/** One device: its clock, its network, its browser's origin with one profile for each account. */
export class Tablet {
  readonly name: string;
  readonly world: World;
  readonly link: Link;
  locks: Locks;
  readonly profiles: Profile[] = [];
  readonly pages: Page[] = [];
  readonly faults: unknown[] = [];
  /** How far its wall clock is from the truth. */
  wall_offset_ms = 0;
  offset_minutes = -300;
  #sleeps: { readonly at: number; readonly ms: number }[] = [];

  constructor(name: string, world: World, server: Serving) {
    this.name = name;
    this.world = world;
    this.link = new Link(this, server);
    this.locks = new Locks(world);
  }

  wall_ms(): number {
    return Math.floor(this.world.now + this.wall_offset_ms);
  }

  /** Monotonic clocks stand still while a tablet sleeps. */
  sleep(ms: number): void {
    this.#sleeps.push({ at: this.world.now, ms });
  }

  slept_ms(since: number): number {
    return this.#sleeps.reduce((sum, sleep) => sum + (sleep.at >= since ? sleep.ms : 0), 0);
  }

  profileOf(person_id: string): Profile {
    const known = this.profiles.find((one) => one.person_id === person_id);
    if (known) return known;
    const made = new Profile(this, person_id);
    this.profiles.push(made);
    return made;
  }

  openPages(): Page[] {
    return this.pages.filter((page) => page.is_alive);
  }

  /** The browser is gone: no page lives, what was committed stays. */
  killBrowser(): void {
    for (const page of this.openPages()) page.kill();
    this.pages.length = 0;
  }

  cutPower(): void {
    this.killBrowser();
    for (const profile of this.profiles) {
      profile.disk.cutPower((count) => this.world.chance.below(count));
      if (this.world.chance.happens(NAMES_LOST)) profile.loseJournal();
    }
  }

  /** A script ended in a way that nobody caught. */
  report(cause: unknown): void {
    this.faults.push(cause);
  }
}
