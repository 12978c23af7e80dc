export interface NextSweep {
  /** Milliseconds until the cue; 0 while it is due. */
  due_in_ms: number;
  is_due: boolean;
}

/**
 * Cues stand on a fixed grid from the start of the visit, so that a late sweep does not push the others.
 * A sweep belongs to the nearest cue; a cue that was missed by half an interval is over, never guessed.
 */
export function nextSweep(
  elapsed_ms: number,
  swept_at_ms: readonly number[],
  interval_ms: number,
): NextSweep {
  const done = Math.max(0, ...swept_at_ms.map((at_ms) => Math.round(at_ms / interval_ms)));
  const slot = Math.max(1, done + 1, Math.round(elapsed_ms / interval_ms));
  const due_in_ms = Math.max(0, slot * interval_ms - elapsed_ms);
  return { due_in_ms, is_due: due_in_ms === 0 };
}
