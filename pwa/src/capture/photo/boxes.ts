import type { Box } from '../../picture/asked.ts';

export const WHOLE: Box = { x: 0, y: 0, width: 1, height: 1 };
/** A tap is no box. */
const LEAST = 0.02;
const STEP = 0.02;

export interface Point {
  readonly x: number;
  readonly y: number;
}

const within = (value: number, least: number, most: number) =>
  Math.min(most, Math.max(least, value));

/** Between where a finger came down and where it is; null while that is too small to mean anything. */
export function boxBetween(one: Point, other: Point): Box | null {
  const x = within(Math.min(one.x, other.x), 0, 1);
  const y = within(Math.min(one.y, other.y), 0, 1);
  const width = within(Math.max(one.x, other.x), 0, 1) - x;
  const height = within(Math.max(one.y, other.y), 0, 1) - y;
  return width < LEAST || height < LEAST ? null : { x, y, width, height };
}

export function moveBox(box: Box, dx: number, dy: number): Box {
  return {
    ...box,
    x: within(box.x + dx, 0, 1 - box.width),
    y: within(box.y + dy, 0, 1 - box.height),
  };
}

function growBox(box: Box, dx: number, dy: number): Box {
  return {
    ...box,
    width: within(box.width + dx, LEAST, 1 - box.x),
    height: within(box.height + dy, LEAST, 1 - box.y),
  };
}

const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/** Arrows move a box; with Shift its lower right corner. null: the key means something else. */
export function boxAfterKey(box: Box, key: string, is_growing: boolean): Box | null {
  const arrow = ARROWS[key];
  if (!arrow) return null;
  return is_growing ? growBox(box, ...arrow) : moveBox(box, ...arrow);
}

/** For whoever has no pointer: in the middle, to be moved from there. */
export const FIRST_COVER: Box = { x: 0.3, y: 0.42, width: 0.4, height: 0.16 };
export const FIRST_CROP: Box = { x: 0.1, y: 0.1, width: 0.8, height: 0.8 };
