import type { Key, Range } from '../../../../pwa/src/machine/effect.ts';

/** IndexedDB's order of keys: numbers, then texts, then lists. */
export function compareKeys(one: Key, other: Key): number {
  const difference = rankOf(one) - rankOf(other);
  if (difference !== 0) return difference;
  if (Array.isArray(one) && Array.isArray(other)) return compareLists(one, other);
  if (one === other) return 0;
  return (one as string) < (other as string) ? -1 : 1;
}

function compareLists(one: readonly Key[], other: readonly Key[]): number {
  for (let place = 0; place < Math.min(one.length, other.length); place += 1) {
    const difference = compareKeys(one[place] as Key, other[place] as Key);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function rankOf(key: Key): number {
  if (typeof key === 'number') return 0;
  return typeof key === 'string' ? 1 : 2;
}

export function is_in(range: Range | Key | null, key: Key): boolean {
  if (range === null) return true;
  if (!is_range(range)) return compareKeys(range, key) === 0;
  const { from, through, is_from_open } = range;
  if (from !== undefined) {
    const place = compareKeys(key, from);
    if (place < 0 || (place === 0 && is_from_open)) return false;
  }
  return through === undefined || compareKeys(key, through) <= 0;
}

function is_range(range: Range | Key): range is Range {
  return typeof range === 'object' && !Array.isArray(range);
}

/** A key as IndexedDB takes it: anything else is a DataError there. */
export function assertKey(key: unknown): asserts key is Key {
  const is_sound = Array.isArray(key)
    ? key.every((part) => {
        assertKey(part);
        return true;
      })
    : typeof key === 'string' || (typeof key === 'number' && !Number.isNaN(key));
  if (!is_sound) throw Object.assign(new Error(`no key: ${String(key)}`), { name: 'DataError' });
}
