import { open } from '../machine/ask.ts';
import type { Kept, Script } from '../machine/effect.ts';
import { hashBody } from './hash.ts';
import type { OwnRow } from './stores.ts';

/** Some at a time: a tap gets its turn between them. */
const AT_ONCE = 250;

/**
 * The texts of what lies on the disk, in the same order. null: it has left this tablet, or can no longer be
 * read. `locked`: the key is not at hand now.
 */
export function* openKept(kept: readonly (Kept | null)[]): Script<(string | null)[] | 'locked'> {
  const sealed = kept.filter((one): one is Exclude<Kept, string> => is_sealed(one));
  if (sealed.length === 0) return kept as (string | null)[];
  const texts: (string | null)[] = [];
  for (let at = 0; at < sealed.length; at += AT_ONCE) {
    const opened = yield* open(sealed.slice(at, at + AT_ONCE));
    if (opened === 'locked') return 'locked';
    texts.push(...opened);
  }
  let next = 0;
  return kept.map((one) => (is_sealed(one) ? (texts[next++] ?? null) : (one as string | null)));
}

/**
 * What a row of this tablet's own holds; null where it has left, or where what lies in the clear is not what was written.
 * Sealed bytes show that by themselves.
 */
export function heldBody({ body, hash }: Pick<OwnRow, 'body' | 'hash'>): Kept | null {
  return typeof body === 'string' && hashBody(body) !== hash ? null : body;
}

/** What stands in the place of an entry that was lost on this tablet. */
export function says_lost(body: Kept | null): boolean {
  return typeof body === 'string' && body.startsWith('{"lost":true,');
}

function is_sealed(one: Kept | null): boolean {
  return one !== null && typeof one !== 'string';
}
