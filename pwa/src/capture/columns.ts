import type { Item, ItemType, Protocol, Section } from '../protocol/protocol.ts';

export interface Columns {
  left: Section[];
  right: Section[];
  /** Where the list of what was heard has more room. */
  heard: 'left' | 'right';
}

/** In tenths of a look-for's row. */
const HEIGHT: Record<ItemType, number> = {
  check: 10,
  tally: 10,
  sweep: 40,
  script: 0,
  yesno: 16,
  rating: 20,
  choice: 20,
  tags: 20,
  photo: 16,
};
const HEADING = 6;

/**
 * What counts (tallies, sweeps) on one side and what is looked for on the other, the side of the first section
 * first; where one would be empty the sections are shared out.
 */
export function columnsOf(protocol: Protocol): Columns {
  const shown = protocol.sections
    .map((section) => ({
      ...section,
      items: section.items.filter((item) => item.type !== 'script'),
    }))
    .filter((section) => section.items.length > 0);
  const counting = shown.filter(is_counting);
  const others = shown.filter((section) => !is_counting(section));
  const begins_counting = shown[0] !== undefined && is_counting(shown[0]);
  const [left, right] = begins_counting ? [counting, others] : [others, counting];
  const shared = left.length && right.length ? { left, right } : shareOut(shown);
  const has_room_right = shared.right.length > 0 && heightOf(shared.right) < heightOf(shared.left);
  return { ...shared, heard: has_room_right ? 'right' : 'left' };
}

function heightOf(sections: Section[]): number {
  return sections.reduce((sum, { items }) => {
    return items.reduce((height, item) => height + HEIGHT[item.type], sum + HEADING);
  }, 0);
}

function is_counting(section: Section): boolean {
  return section.items.every((item) => item.type === 'tally' || item.type === 'sweep');
}

/** In their order, so that the left column is not the shorter one. */
function shareOut(sections: Section[]): Omit<Columns, 'heard'> {
  const heights = sections.map((section) => heightOf([section]));
  const whole = heights.reduce((sum, height) => sum + height, 0);
  let taken = 0;
  const split = heights.findIndex((height) => {
    const is_past_half = taken >= whole / 2;
    taken += height;
    return is_past_half;
  });
  if (split < 1) return { left: sections, right: [] };
  return { left: sections.slice(0, split), right: sections.slice(split) };
}

/** The item that the line at the foot of the screen writes to. */
export function scriptItem(protocol: Protocol | null): Item | null {
  const items = protocol?.sections.flatMap((section) => section.items) ?? [];
  return items.find((item) => item.type === 'script') ?? null;
}
