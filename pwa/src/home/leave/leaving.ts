export interface Standing {
  /** On this tablet only; null: it could not be counted. */
  readonly n: number | null;
  /** A mark is in memory only. */
  readonly has_unsaved: boolean;
  /** How many of them lie in a rescue file that was saved just now. */
  readonly rescued: number;
}

export type Hindrance = 'not_counted' | 'not_saved' | 'unsent';

/**
 * What keeps somebody from handing the tablet over, signing out or removing her profile; null: nothing. A
 * rescue file that holds everything frees the handing over, which takes nothing away from this tablet.
 */
export function findHindrance(
  what: 'hand_over' | 'take_away',
  standing: Standing,
): Hindrance | null {
  const { n, has_unsaved, rescued } = standing;
  if (has_unsaved) return 'not_saved';
  if (n === null) return 'not_counted';
  if (n === 0) return null;
  return what === 'hand_over' && rescued >= n ? null : 'unsent';
}
