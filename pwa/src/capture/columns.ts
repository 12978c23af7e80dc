import type { Item, ItemType, Protocol, Section } from '../protocol/protocol.ts';

export interface Columns {
  left: Section[];
  right: Section[];
}

const HEIGHT: Record<ItemType, number> = {
  check: 1, tally: 1, sweep: 4, script: 0, yesno: 1.6, rating: 2, choice: 2, tags: 2,
};

/** Counting under the right thumb, looking on the left; where one side would be empty the sections are shared out. */
export function columnsOf(protocol: Protocol): Columns {
  const shown = protocol.sections
    .map((section) => ({ ...section, items: section.items.filter((item) => item.type !== 'script') }))
    .filter((section) => section.items.length > 0);
  const right = shown.filter((section) => section.items.every(is_counting));
  const left = shown.filter((section) => !right.includes(section));
  if (left.length && right.length) return { left, right };
  return shareOut(shown);
}

function is_counting(item: Item): boolean {
  return item.type === 'tally' || item.type === 'sweep';
}

/** In their order, so that the left column is not the shorter one. */
function shareOut(sections: Section[]): Columns {
  const heights = sections.map((section) => section.items.reduce((sum, item) => sum + HEIGHT[item.type], 0.6));
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
