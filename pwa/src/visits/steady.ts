import { computed, type ReadonlySignal } from '@preact/signals';

// What has not changed stays the same object, so that whoever shows it need not look at it again.

export function steadyList<One>(compute: () => readonly One[]): ReadonlySignal<readonly One[]> {
  let before: readonly One[] = [];
  return computed(() => {
    const now = compute();
    const is_same = now.length === before.length && now.every((one, at) => one === before[at]);
    if (!is_same) before = now;
    return before;
  });
}

/** Its parts only: the whole is a new object each time. */
export function steadyParts<Part>(
  compute: () => Readonly<Record<string, Part>>,
): ReadonlySignal<Readonly<Record<string, Part>>> {
  let before: Readonly<Record<string, Part>> = {};
  return computed(() => {
    const parts = Object.entries(compute()).map(([key, now]): [string, Part] => {
      const known = Object.hasOwn(before, key) ? (before[key] as Part) : now;
      return [key, is_alike(known, now) ? known : now];
    });
    before = Object.fromEntries(parts);
    return before;
  });
}

function is_alike(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  const keys = Object.keys(one);
  const has = (key: string) =>
    is_alike((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]);
  return keys.length === Object.keys(other).length && keys.every(has);
}
