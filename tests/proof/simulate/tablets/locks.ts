import type { Held } from '../../../../pwa/src/machine/effect.ts';
import type { World } from './world.ts';

interface Waiting {
  readonly owner: object;
  readonly grant: (held: Held) => void;
}

interface Taken {
  readonly owner: object;
  readonly token: object;
}

/** The Web Locks of one origin. A page that is gone holds none; a frozen one keeps its own until they are stolen. */
export class Locks {
  readonly #world: World;
  readonly #taken = new Map<string, Taken>();
  readonly #queues = new Map<string, Waiting[]>();

  constructor(world: World) {
    this.#world = world;
  }

  take(name: string, patience_ms: number, owner: object, grant: (held: Held) => void): void {
    const waiting = { owner, grant };
    const queue = this.#queue(name);
    queue.push(waiting);
    this.#next(name);
    if (!queue.includes(waiting)) return;
    this.#world.after(patience_ms, () => {
      const place = queue.indexOf(waiting);
      if (place < 0) return;
      queue.splice(place, 1);
      this.#give(name, waiting);
    });
  }

  release(held: Held): void {
    if (this.#taken.get(held.name)?.token !== held.token) return;
    this.#taken.delete(held.name);
    this.#next(held.name);
  }

  forget(owner: object): void {
    for (const queue of this.#queues.values()) {
      for (let place = queue.length - 1; place >= 0; place -= 1) {
        if (queue[place]?.owner === owner) queue.splice(place, 1);
      }
    }
    for (const [name, taken] of [...this.#taken]) {
      if (taken.owner !== owner) continue;
      this.#taken.delete(name);
      this.#next(name);
    }
  }

  has(owner: object): boolean {
    return [...this.#taken.values()].some((taken) => taken.owner === owner);
  }

  #queue(name: string): Waiting[] {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    return queue;
  }

  #next(name: string): void {
    const first = this.#taken.has(name) ? undefined : this.#queue(name).shift();
    if (first) this.#give(name, first);
  }

  #give(name: string, { owner, grant }: Waiting): void {
    const token = {};
    this.#taken.set(name, { owner, token });
    this.#world.after(0, () => grant({ name, token }));
  }
}
