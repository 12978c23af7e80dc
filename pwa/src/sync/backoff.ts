const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/** Full jitter between one second and a limit that doubles up to five minutes. For ever. */
export function waitingTime(failures: number, random: number): number {
  const limit = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 20));
  return FIRST_MS + random * (limit - FIRST_MS);
}
