import type { StreamRow } from '../log/stores.ts';
import { vaultState } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import { Interrupted, type Unanswered } from './answer.ts';
import type { Batch } from './batch.ts';
import type { Behind, Conversation, Standing } from './conversation.ts';

/** Of an answer that may be about what these entries contain: others may get through. */
export class NotTaken extends Interrupted {
  readonly first: number;
  readonly last: number;

  constructor(answer: Unanswered, { from_seq, last_seq }: Pick<Batch, 'from_seq' | 'last_seq'>) {
    super(answer);
    this.first = from_seq;
    this.last = last_seq;
  }
}

/** A server that takes nothing is not asked for every single entry in every round. */
const REFUSALS_A_ROUND = 3;

/** What was not taken on the way through a stream. */
export class Refusals {
  readonly #all: NotTaken[] = [];

  /** What follows goes on; throws where that was so too often, or if it is anything else. */
  add(cause: unknown): void {
    if (!(cause instanceof NotTaken)) throw cause;
    this.#all.push(cause);
    if (this.#all.length >= REFUSALS_A_ROUND) this.tell();
  }

  tell(): void {
    if (this.#all[0]) throw this.#all[0];
  }
}

/**
 * One delivery of a stream: what holds up the mark waits, and what lies behind it is sent. Checks come from the
 * contiguous mark alone, so what is remembered here only saves sending; with the page it is forgotten.
 */
export class Delivery {
  readonly #talk: Conversation;
  readonly #stream_id: string;
  readonly #tried = new Set<number>();
  #first_refusal: NotTaken | null = null;
  /** Refusals since something was taken: of what was never tried before, and of what was. */
  #misses = 0;
  #misses_again = 0;
  /** Where many follow one another, some are passed over until the next round: what is new must not wait for them. */
  #from = 0;
  #has_tried_newest = false;

  constructor(talk: Conversation, stream_id: string) {
    this.#talk = talk;
    this.#stream_id = stream_id;
  }

  get #known(): Behind {
    return this.#talk.behind.get(this.#stream_id) ?? new Map();
  }

  /** The numbers that are to be sent next; null where all that is left waits. */
  next(stream: StreamRow): Run | null {
    const { acknowledged_through: through, last_seq } = stream;
    this.#prune(through);
    // It is all that the mark waits for: the server may take it by now, and then the rest as well.
    const is_held_up = this.#known.get(through + 1) === 'refused' && !this.#tried.has(through + 1);
    if (is_held_up) return { first: through + 1, limit: 1 };
    return this.#nextUnknown(through, last_seq) ?? this.#nextRefused();
  }

  #nextUnknown(through: number, last_seq: number): Run | null {
    const known = this.#known;
    const firstFrom = (from: number) => {
      let first = Math.max(through + 1, from);
      while (known.has(first)) first += 1;
      return first;
    };
    // Something was taken at the end: so may be what was passed over.
    if (this.#misses === 0 && firstFrom(this.#from) > last_seq) this.#from = 0;
    const first = firstFrom(this.#from);
    if (first <= last_seq) {
      let limit = 1;
      const most = Math.min(this.#talk.batch_size, last_seq - first + 1);
      while (limit < most && !known.has(first + limit)) limit += 1;
      return { first, limit };
    }
    if (this.#misses < REFUSALS_A_ROUND || this.#has_tried_newest) return null;
    this.#has_tried_newest = true;
    // The newest of those that were passed over.
    let newest = last_seq;
    while (newest > through && known.has(newest)) newest -= 1;
    return newest > through ? { first: newest, limit: 1 } : null;
  }

  /** Once more what was refused in an earlier round, a few in each, those first that were not tried for longest. */
  #nextRefused(): Run | null {
    if (this.#misses_again >= REFUSALS_A_ROUND) return null;
    for (const [seq, standing] of this.#known) {
      if (standing === 'refused' && !this.#tried.has(seq)) return { first: seq, limit: 1 };
    }
    return null;
  }

  /** first … last: the server has them, beyond a gap. */
  noteThere(first: number, last: number): void {
    noteBehind(this.#talk, this.#stream_id, numbers(first, last), 'there');
  }

  noteClosed([first, last]: readonly [number, number]): void {
    noteBehind(this.#talk, this.#stream_id, numbers(first, last), 'closed');
  }

  /** Something was taken. */
  noteTaken(): void {
    this.#misses = 0;
    this.#misses_again = 0;
  }

  /** What follows goes on; throws if it is anything else. */
  refuse(cause: unknown): void {
    if (!(cause instanceof NotTaken)) throw cause;
    const { first, last } = cause;
    if (this.#known.get(first) === 'refused') this.#misses_again += 1;
    else this.#misses += 1;
    const beyond = this.#misses - REFUSALS_A_ROUND;
    if (beyond >= 0) this.#from = Math.max(this.#from, last + 1 + 4 ** beyond);
    const refused = numbers(first, last);
    for (const seq of refused) {
      this.#tried.add(seq);
      this.#known.delete(seq);
    }
    noteBehind(this.#talk, this.#stream_id, refused, 'refused');
    this.#first_refusal ??= cause;
  }

  /** What was closed is looked at again where the profile is no longer locked: it can be read now, or is lost. */
  *begin(): Script<this> {
    if (!this.#has('closed')) return this;
    const state = yield* vaultState();
    if (state !== 'open' && state !== 'ended') return this;
    const known = this.#known;
    for (const [seq, standing] of [...known]) if (standing === 'closed') known.delete(seq);
    return this;
  }

  /** What waits is told; the next round comes to it again. */
  end(): false {
    if (this.#has('closed')) keepWaiting(this.#talk);
    if (this.#first_refusal) throw this.#first_refusal;
    return false;
  }

  #has(standing: Standing): boolean {
    return [...this.#known.values()].includes(standing);
  }

  /** What has its check is known of no more; nor anything where the server has not got what it had. */
  #prune(through: number): void {
    const known = this.#known;
    if (known.get(through + 1) === 'there') known.clear();
    for (const seq of known.keys()) if (seq <= through) known.delete(seq);
    if (known.size === 0) this.#talk.behind.delete(this.#stream_id);
  }
}

interface Run {
  readonly first: number;
  readonly limit: number;
}

export function noteBehind(
  { behind }: Conversation,
  stream_id: string,
  which: readonly number[],
  standing: Standing,
): void {
  const known = behind.get(stream_id) ?? new Map();
  for (const seq of which) known.set(seq, standing);
  if (known.size > 0) behind.set(stream_id, known);
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

/** It lies sealed and cannot be opened by the server: it goes, or is lost, when somebody unlocks. */
export function keepWaiting(talk: Conversation): void {
  talk.attention = { code: 'locked', text: null };
}
