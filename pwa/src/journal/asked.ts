import type { Effect } from '../machine/effect.ts';

export type JournalEffect = Extract<Effect, { port: 'journal' }>;

/** What the page asks its worker, and what that answers. */
export interface Asked {
  readonly id: number;
  readonly person_id: string;
  readonly effect: JournalEffect;
}

export interface Told {
  readonly id: number;
  readonly result?: unknown;
  readonly failed?: string;
}
