import { open } from '../machine/ask.ts';
import type { Kept, Script } from '../machine/effect.ts';

/**
 * The texts of what lies on the disk, in the same order. null: it has left this tablet, or can no longer be
 * read. `locked`: the key is not at hand now.
 */
export function* openKept(kept: readonly (Kept | null)[]): Script<(string | null)[] | 'locked'> {
  const sealed = kept.filter((one): one is Exclude<Kept, string> => is_sealed(one));
  if (sealed.length === 0) return kept as (string | null)[];
  const texts = yield* open(sealed);
  if (texts === 'locked') return 'locked';
  let next = 0;
  return kept.map((one) => (is_sealed(one) ? (texts[next++] ?? null) : (one as string | null)));
}

/** What stands in the place of an entry that was lost on this tablet. */
export function says_lost(body: Kept | null): boolean {
  return typeof body === 'string' && body.startsWith('{"lost":true,');
}

function is_sealed(one: Kept | null): boolean {
  return one !== null && typeof one !== 'string';
}
