import type { MadeEntry } from '../../../../pwa/src/entry/entry.ts';
import { hashBody } from '../../../../pwa/src/log/hash.ts';
import type { Picture } from './photos.ts';
import type { Profile } from './profile.ts';
import type { World } from './world.ts';

export type Sign = 'ring' | 'dot' | 'check' | 'amber' | 'refused';

/** One entry from the finger to the server, as the person saw it. */
export interface Tap {
  readonly entry_id: string;
  readonly hash: string;
  readonly made: MadeEntry;
  readonly number: number;
  /** Where it is a photo. */
  readonly picture: Picture | null;
  /** Where it was made; a copy of that tablet holds it as well. */
  readonly profile: Profile;
  readonly ringed_at: number;
  dotted_at: number | null;
  checked_at: number | null;
  /** Kept by the second journal alone: its place in the stream is found later. */
  is_in_journal_only: boolean;
  /** Its profiles that were wiped or lost while they held it. */
  lost_with: Profile[];
}

/** What people saw and what was done to the world, in the order in which it happened. */
export class Ledger {
  readonly taps = new Map<string, Tap>();
  readonly violations: string[] = [];
  readonly coverage: Record<string, number> = {};
  readonly lines: string[] = [];
  readonly #world: World;
  #digest = 0x811c9dc5;

  constructor(world: World) {
    this.#world = world;
  }

  ring(profile: Profile, made: MadeEntry, picture: Picture | null = null): Tap {
    const tap: Tap = {
      entry_id: made.entry.entry_id,
      hash: hashBody(made.body),
      made,
      number: this.taps.size + 1,
      picture,
      profile,
      ringed_at: this.#world.now,
      dotted_at: null,
      checked_at: null,
      is_in_journal_only: false,
      lost_with: [],
    };
    this.taps.set(tap.entry_id, tap);
    this.sign('ring', tap, `${made.entry.kind} ${made.entry.item_key ?? ''}`);
    return tap;
  }

  sign(sign: Sign, tap: Tap, more = ''): void {
    this.tell(tap.profile.tablet.name, `${sign} ${tap.number} ${more}`);
  }

  hit(fault: string): void {
    this.coverage[fault] = (this.coverage[fault] ?? 0) + 1;
  }

  get faults(): number {
    return Object.values(this.coverage).reduce((sum, times) => sum + times, 0);
  }

  violate(what: string): void {
    this.violations.push(what);
    this.tell('checker', what);
  }

  tell(who: string, what: string): void {
    const line = `${(this.#world.now / 1000).toFixed(3)} ${who}: ${what}`;
    this.lines.push(line);
    for (let place = 0; place < line.length; place += 1) {
      this.#digest = Math.imul(this.#digest ^ line.charCodeAt(place), 0x01000193);
    }
  }

  get digest(): string {
    return (this.#digest >>> 0).toString(16);
  }
}
