import type { Effect } from '../machine/effect.ts';

export type JournalEffect = Extract<Effect, { port: 'journal' }>;

/** What the page asks its worker, and what that answers. */
export interface Asked {
  readonly id: number;
  readonly profile: string;
  readonly effect: JournalEffect;
}

export interface Told {
  readonly id: number;
  readonly result?: unknown;
  readonly failed?: string;
  /** Files and places where the disk has changed what was written; each is told once. */
  readonly damage?: readonly string[];
}
