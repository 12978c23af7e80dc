/** Collects what happens within `ms` and calls once. */
export function afterPause(
  ms: number,
  act: (whats: string[]) => void,
): (change: { what: string }) => void {
  let whats: string[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  return ({ what }) => {
    whats.push(what);
    if (timer) return;
    timer = setTimeout(() => {
      const collected = whats;
      whats = [];
      timer = null;
      act(collected);
    }, ms);
  };
}
