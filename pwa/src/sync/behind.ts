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
  readonly all: NotTaken[] = [];

  /** What follows goes on; throws where that was so too often, or if it is anything else. */
  add(cause: unknown): void {
    if (!(cause instanceof NotTaken)) throw cause;
    this.all.push(cause);
    if (this.all.length >= REFUSALS_A_ROUND) this.tell();
  }

  tell(): void {
    if (this.all[0]) throw this.all[0];
  }
}

/**
 * One delivery of a stream: what holds up the mark waits, and what lies behind it is sent. Checks come from the
 * contiguous mark alone, so what is remembered here only saves sending; with the page it is forgotten.
 */
export class Delivery {
  readonly #talk: Conversation;
  readonly #stream_id: string;
  readonly #refusals = new Refusals();

  constructor(talk: Conversation, stream_id: string) {
    this.#talk = talk;
    this.#stream_id = stream_id;
  }

  get #known(): Behind {
    return this.#talk.behind.get(this.#stream_id) ?? new Map();
  }

  /** The numbers that are to be sent next; null where all that is left waits. */
  next(stream: StreamRow): { readonly first: number; readonly limit: number } | null {
    const { acknowledged_through: through, last_seq } = stream;
    this.#prune(through);
    const { batch_size } = this.#talk;
    // It is all that the mark waits for: the server may take it by now, and then the rest as well.
    if (this.#known.get(through + 1) === 'refused' && !this.#is_tried(through + 1)) {
      return { first: through + 1, limit: 1 };
    }
    const known = this.#known;
    let first = through + 1;
    while (known.has(first)) first += 1;
    if (first > last_seq) return null;
    let limit = 1;
    while (limit < batch_size && !known.has(first + limit)) limit += 1;
    return { first, limit };
  }

  /** first … last: the server has them, beyond a gap. */
  noteThere(first: number, last: number): void {
    noteBehind(this.#talk, this.#stream_id, numbers(first, last), 'there');
  }

  noteClosed([first, last]: readonly [number, number]): void {
    noteBehind(this.#talk, this.#stream_id, numbers(first, last), 'closed');
  }

  refuse(cause: unknown): void {
    if (cause instanceof NotTaken) {
      const { first, last } = cause;
      noteBehind(this.#talk, this.#stream_id, numbers(first, last), 'refused');
    }
    this.#refusals.add(cause);
  }

  /** What was closed is looked at again where the profile is no longer locked: it can be read now, or is lost. */
  *begin(): Script<this> {
    if (this.#has('closed')) {
      const state = yield* vaultState();
      if (state === 'open' || state === 'ended') this.#forget('closed');
    }
    return this;
  }

  /** All else is through: once more what was refused in an earlier round. */
  tryAgain(): boolean {
    return this.#forget('refused');
  }

  /** What waits is told; the next round comes to it again. */
  end(): false {
    if (this.#has('closed')) keepWaiting(this.#talk);
    this.#refusals.tell();
    return false;
  }

  #has(standing: Standing): boolean {
    return [...this.#known.values()].includes(standing);
  }

  #forget(standing: Standing): boolean {
    const again = [...this.#known].filter(([seq, one]) => one === standing && !this.#is_tried(seq));
    for (const [seq] of again) this.#known.delete(seq);
    return again.length > 0;
  }

  #is_tried(seq: number): boolean {
    return this.#refusals.all.some(({ first, last }) => first <= seq && seq <= last);
  }

  /** What has its check is known of no more; nor anything where the server has not got what it had. */
  #prune(through: number): void {
    const known = this.#known;
    if (known.get(through + 1) === 'there') known.clear();
    for (const seq of known.keys()) if (seq <= through) known.delete(seq);
    if (known.size === 0) this.#talk.behind.delete(this.#stream_id);
  }
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
