import type { Chance } from './chance.ts';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly happen: () => void;
}

const MOST_EVENTS = 400_000;

/** Virtual time: nothing happens but what is planned, in the order of its time, and of planning where that is equal. */
export class World {
  readonly chance: Chance;
  #ticks = 0;
  #begin: number;
  #heap: Event[] = [];
  #order = 0;
  #happened = 0;

  constructor(now: number, chance: Chance) {
    this.#begin = now;
    this.chance = chance;
  }

  get now(): number {
    return this.#begin + this.#ticks;
  }

  after(delay_ms: number, happen: () => void): void {
    this.#push({ at: this.#ticks + Math.max(0, delay_ms), order: this.#order++, happen });
  }

  /** Lets everything happen that is planned within that time. */
  runFor(ms: number): void {
    const end = this.#ticks + ms;
    for (let next = this.#heap[0]; next && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      this.#ticks = next.at;
      this.#happened += 1;
      if (this.#happened > MOST_EVENTS) throw new Error('the world spins: too many events');
      next.happen();
    }
    this.#ticks = end;
  }

  /** Time passes in which nothing happens: what was planned is planned for later. */
  skip(ms: number): void {
    this.#begin += ms;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(event);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!is_before(event, heap[parent] as Event)) break;
      heap[place] = heap[parent] as Event;
      place = parent;
    }
    heap[place] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Event;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && is_before(heap[child + 1] as Event, heap[child] as Event))
        child += 1;
      if (!is_before(heap[child] as Event, last)) break;
      heap[place] = heap[child] as Event;
      place = child;
    }
    heap[place] = last;
  }
}

function is_before(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
