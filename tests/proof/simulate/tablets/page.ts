import { type ClockReading, createClock } from '../../../../pwa/src/entry/clock.ts';
import { makeId } from '../../../../pwa/src/entry/entry.ts';
import { is_worth_reopening, nameFailure } from '../../../../pwa/src/log/error.ts';
import type { Effect, Script, Transaction, Woken } from '../../../../pwa/src/machine/effect.ts';
import { failure, type Image, work } from './disk.ts';
import { JournalWorker } from './journal.ts';
import type { Profile } from './profile.ts';

type Answer = { readonly value: unknown } | { readonly cause: unknown };
type Port<Name extends Effect['port']> = Extract<Effect, { port: Name }>;

interface Thread {
  readonly script: Script<unknown>;
  readonly done: (result: unknown) => void;
  readonly failed: (cause: unknown) => void;
}

interface Wait {
  is_over: boolean;
  readonly hears_taps: boolean;
  readonly end: (how: Woken) => void;
}

/** Where a page dies: before its n-th effect from now, or after it, its answer unheard, or inside a transaction. */
export interface Fuse {
  effects: number;
  readonly where: 'before' | 'after' | 'within';
}

/** A script that goes on beside the one that began it. */
interface Beside {
  answer: Answer | null;
  heard: ((answer: Answer) => void) | null;
}

const MOST_EFFECTS_AT_ONCE = 200_000;
const LATER = Symbol('later');

/**
 * One life of the app's page: it runs scripts until it is killed, and then nothing of it goes on. A frozen page
 * hears no answers until it is thawed, and keeps its locks.
 */
export class Page {
  readonly profile: Profile;
  readonly readClock: () => ClockReading;
  is_alive = true;
  fuse: Fuse | null = null;
  onTell: (tell: unknown) => void = () => undefined;
  onDeath: () => void = () => undefined;
  readonly #worker = new JournalWorker();
  #worker_busy_until = 0;
  #is_frozen = false;
  #backlog: (() => void)[] = [];
  #waits: Wait[] = [];
  #is_nudged = false;
  #is_tapped = false;

  constructor(profile: Profile) {
    this.profile = profile;
    const { world, tablet } = profile;
    const born = world.now;
    this.readClock = createClock({
      wall_ms: () => tablet.wall_ms(),
      offset_minutes: () => tablet.offset_minutes,
      monotonic_ms: () => world.now - born - tablet.slept_ms(born),
      make_id: () => makeId(tablet.wall_ms(), (count) => world.chance.bytes(count)),
    });
  }

  get is_frozen(): boolean {
    return this.#is_frozen;
  }

  run<Result>(
    script: Script<Result>,
    done: (result: Result) => void = () => undefined,
    failed: (cause: unknown) => void = (cause) => this.profile.tablet.report(cause),
  ): void {
    this.#go({ script, done: done as Thread['done'], failed }, { value: undefined });
  }

  /** What a focus or an `online` is to the scripts that wait. */
  nudge(): void {
    this.#is_nudged = true;
    this.#hear(() => this.#wake());
  }

  /** Something was appended to this profile's log, here or in another tab. */
  tapped(): void {
    this.#is_tapped = true;
    this.#hear(() => this.#wake());
  }

  kill(): void {
    if (!this.is_alive) return;
    this.is_alive = false;
    this.profile.tablet.locks.forget(this);
    this.onDeath();
  }

  freeze(): void {
    this.#is_frozen = true;
  }

  thaw(): void {
    this.#is_frozen = false;
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const heard of backlog) this.#hear(heard);
  }

  #hear(answered: () => void): void {
    if (!this.is_alive) return;
    if (this.#is_frozen) this.#backlog.push(answered);
    else answered();
  }

  #go(thread: Thread, answer: Answer): void {
    let heard: Answer = answer;
    for (let count = 0; this.is_alive; count += 1) {
      if (count > MOST_EFFECTS_AT_ONCE) throw new Error('a script spins without waiting');
      let step: IteratorResult<Effect, unknown>;
      try {
        step =
          'cause' in heard ? thread.script.throw(heard.cause) : thread.script.next(heard.value);
      } catch (cause) {
        thread.failed(cause);
        return;
      }
      if (step.done) {
        thread.done(step.value);
        return;
      }
      const next = this.#perform(thread, step.value);
      if (next === LATER) return;
      heard = next;
    }
  }

  #perform(thread: Thread, effect: Effect): Answer | typeof LATER {
    const how_it_dies = this.#burn(effect);
    if (how_it_dies === 'before') {
      this.kill();
      return LATER;
    }
    const next = this.#answer(thread, effect, how_it_dies === 'within');
    if (how_it_dies !== null) this.kill();
    return next;
  }

  #burn(effect: Effect): Fuse['where'] | null {
    if (!this.fuse || effect.port === 'random' || effect.port === 'screens') return null;
    this.fuse.effects -= 1;
    if (this.fuse.effects > 0) return null;
    const { where } = this.fuse;
    this.fuse = null;
    return where;
  }

  #answer(thread: Thread, effect: Effect, dies_within: boolean): Answer | typeof LATER {
    const { tablet, world } = this.profile;
    switch (effect.port) {
      case 'clock':
        if (effect.ask === 'read') return { value: this.readClock() };
        return this.#wait(thread, effect.ms, effect.hears_taps);
      case 'random':
        if (effect.ask === 'fraction') return { value: world.chance.fraction() };
        return { value: world.chance.bytes(effect.count) };
      case 'store':
        this.#transact(thread, effect.transaction, dies_within);
        return LATER;
      case 'journal':
        return this.#journal(thread, effect);
      case 'network':
        tablet.link.send(effect.request, (reply) => this.#resume(thread, { value: reply }));
        return LATER;
      case 'meanwhile':
        return this.#meanwhile(thread, effect);
      case 'locks':
        return this.#lock(thread, effect);
      case 'screens':
        this.onTell(effect.tell);
        return { value: undefined };
      case 'platform':
        return { value: this.profile.platform.answer(effect) };
    }
  }

  #resume(thread: Thread, answer: Answer): void {
    this.#hear(() => this.#go(thread, answer));
  }

  #wait(thread: Thread, ms: number, hears_taps: boolean): typeof LATER {
    const wait: Wait = {
      is_over: false,
      hears_taps,
      end: (how) => {
        if (wait.is_over) return;
        wait.is_over = true;
        this.#waits = this.#waits.filter((one) => one !== wait);
        // As in the browser: the round that follows sees to whatever was tapped until now.
        if (how === 'nudged') this.#is_nudged = false;
        if (how !== 'elapsed' || !hears_taps) this.#is_tapped = false;
        this.#go(thread, { value: how });
      },
    };
    this.#waits.push(wait);
    this.profile.world.after(ms, () => this.#hear(() => wait.end('elapsed')));
    if (this.#is_nudged || (this.#is_tapped && hears_taps)) {
      this.profile.world.after(0, () => this.#hear(() => this.#wake()));
    }
    return LATER;
  }

  #wake(): void {
    for (const wait of [...this.#waits]) {
      if (this.#is_nudged) wait.end('nudged');
      else if (this.#is_tapped && wait.hears_taps) wait.end('tapped');
    }
  }

  #lock(thread: Thread, effect: Port<'locks'>): Answer | typeof LATER {
    const { locks } = this.profile.tablet;
    if (effect.ask === 'release') {
      locks.release(effect.held);
      return { value: undefined };
    }
    locks.take(effect.name, effect.patience_ms, this, (held) => {
      if (this.is_alive) this.#resume(thread, { value: held });
      else locks.release(held);
    });
    return LATER;
  }

  #meanwhile(thread: Thread, effect: Port<'meanwhile'>): Answer | typeof LATER {
    if (effect.ask === 'begin') {
      const beside: Beside = { answer: null, heard: null };
      const end = (answer: Answer) => {
        beside.answer = answer;
        beside.heard?.(answer);
      };
      this.run(
        effect.script,
        (value) => end({ value }),
        (cause) => end({ cause }),
      );
      return { value: { token: beside } };
    }
    const beside = effect.begun.token as Beside;
    if (beside.answer) return beside.answer;
    beside.heard = (answer) => this.#go(thread, answer);
    return LATER;
  }

  /** The journal's worker dies with its page: what was only posted to it may be lost. */
  #journal(thread: Thread, effect: Port<'journal'>): Answer | typeof LATER {
    const { profile } = this;
    const is_posted = effect.ask === 'append' && !effect.is_awaited;
    // One after another, in the order in which they were posted.
    this.#worker_busy_until =
      Math.max(this.#worker_busy_until, profile.world.now) + profile.world.chance.fraction() * 4;
    profile.world.after(this.#worker_busy_until - profile.world.now, () => {
      if (!this.is_alive) return;
      const value = this.#worker.perform(effect, profile.journal);
      if (!is_posted) this.#resume(thread, { value });
    });
    return is_posted ? { value: true } : LATER;
  }

  /** Begins at once, is seen by others a little later, and is heard of here after that. */
  #transact(thread: Thread, transaction: Transaction<unknown>, dies_within: boolean): void {
    const { profile } = this;
    const { world } = profile;
    const { chance } = world;
    // The page may be gone before it came to the disk, or when half of the operations were done: then nothing was.
    if (dies_within) return;
    world.after(chance.fraction() * 3, () => {
      let image: Image | null = null;
      let answer: Answer;
      try {
        const done = this.#workOnce(transaction);
        image = done.image;
        answer = { value: done.result };
      } catch (cause) {
        answer = { cause: nameFailure(cause) };
      }
      const took =
        transaction.durability === 'strict' ? 1 + chance.fraction() * 4 : chance.fraction();
      world.after(took, () => {
        if (image && transaction.mode === 'readwrite' && transaction.durability === 'strict') {
          profile.disk.flush(image);
        }
        this.#resume(thread, answer);
      });
    });
  }

  /** As the browser's connection does: a handle that died is opened anew, and the work begins from the start, once. */
  #workOnce(transaction: Transaction<unknown>): { result: unknown; image: Image } {
    try {
      return this.#attempt(transaction);
    } catch (cause) {
      if (!is_worth_reopening(cause)) throw cause;
      return this.#attempt(transaction);
    }
  }

  #attempt(transaction: Transaction<unknown>): { result: unknown; image: Image } {
    const { profile } = this;
    const trouble = profile.takeTrouble(transaction);
    if (trouble === 'handle_lost') throw failure('InvalidStateError');
    let left = trouble === 'torn' ? profile.world.chance.below(3) : Number.POSITIVE_INFINITY;
    const before = profile.disk.image;
    const done = work(before, transaction, () => {
      left -= 1;
      if (left < 0) throw failure('AbortError');
    });
    if (trouble === 'torn') throw failure('AbortError');
    if (transaction.mode === 'readonly') return done;
    if (trouble === 'quota') throw failure('QuotaExceededError');
    if (done.image !== before) profile.disk.commit(done.image);
    // Committed, but the word of it got lost with the handle.
    if (trouble === 'unheard') throw failure('UnknownError');
    return done;
  }
}
