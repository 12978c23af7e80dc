import type { TimelineLine } from '../../observation/view.ts';

/** Tapped in the visit, but it reached this one after the visit was finished: from a tablet found in a drawer. */
export function came_late(line: Pick<TimelineLine, 'is_late' | 'is_added_later'>): boolean {
  return line.is_late && !line.is_added_later;
}
