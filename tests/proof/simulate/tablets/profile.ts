import type { Transaction } from '../../../../pwa/src/machine/effect.ts';
import { Disk, type Image } from './disk.ts';
import { JournalFile } from './journal.ts';
import { Platform } from './platform.ts';
import type { Tablet } from './tablet.ts';
import type { World } from './world.ts';

/** What may go wrong with the next transactions that write. */
export type Trouble = 'handle_lost' | 'torn' | 'quota' | 'unheard';

const WRITES_OF_BALLAST = 5;

/** The database of one account on one tablet, and what its browser can do. */
export class Profile {
  readonly tablet: Tablet;
  readonly person_id: string;
  disk: Disk;
  journal = new JournalFile();
  platform: Platform;
  #troubles: Trouble[] = [];
  is_full = false;
  #has_ballast = true;
  /** How many writes still fit on a full disk. */
  #room = 0;
  /** Another tablet's profile that this one is a copy of. */
  copied_from: Profile | null = null;
  /** Its log was written again from the journal. */
  has_lost_store = false;
  /** What the status line counted when the database went. */
  said_before_loss = 0;

  constructor(tablet: Tablet, person_id: string, image?: Image) {
    this.tablet = tablet;
    this.person_id = person_id;
    this.disk = new Disk(image);
    this.platform = new Platform(tablet.world.chance);
    this.platform.makeRoom = () => this.#giveUpBallast();
  }

  get world(): World {
    return this.tablet.world;
  }

  bring(...troubles: Trouble[]): void {
    this.#troubles.push(...troubles);
  }

  /** Where a mark stands in the journal alone, its file is an old one, and keeps its name. */
  loseJournal(): void {
    const rows = this.disk.image.get('entries') ?? [];
    const in_log = new Set(rows.map((row) => (row.value as { entry_id: string }).entry_id));
    if (this.journal.records.every((one) => in_log.has(one.entry_id))) this.journal.records = [];
  }

  forgetTroubles(): void {
    this.#troubles = [];
    this.is_full = false;
    this.journal.is_full = false;
  }

  takeTrouble(transaction: Transaction<unknown>): Trouble | null {
    if (transaction.mode === 'readonly') return null;
    const next = this.#troubles.shift();
    if (next) return next;
    if (!this.is_full || !transaction.stores.includes('entries')) return null;
    this.#room -= 1;
    return this.#room < 0 ? 'quota' : null;
  }

  #giveUpBallast(): boolean {
    if (!this.#has_ballast) return false;
    this.#has_ballast = false;
    this.#room = WRITES_OF_BALLAST;
    return true;
  }
}
