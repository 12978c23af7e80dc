import { describe, expect, test } from 'vitest';
import {
  boxAfterKey,
  boxBetween,
  FIRST_COVER,
  moveBox,
  WHOLE,
} from '../../pwa/src/capture/photo/boxes.ts';
import { unansweredIntents } from '../../pwa/src/capture/photo/intents.ts';
import { LONGEST, paint, placeOf, sizeOf } from '../../pwa/src/picture/burn.ts';
import type { ShownEntry } from '../../pwa/src/visits/mark_state.ts';
import { tap } from './tablet.ts';

const HALF = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
const PICTURE = { width: 4000, height: 3000 } as ImageBitmap;

describe('what is kept of a picture', () => {
  test('its longer side is 1600 pixels at most, and a small one is not blown up', () => {
    expect(sizeOf({ crop: WHOLE, covers: [] }, PICTURE)).toEqual({ width: LONGEST, height: 1200 });
    const small = { width: 400, height: 300 };
    expect(sizeOf({ crop: HALF, covers: [] }, small)).toEqual({ width: 200, height: 150 });
  });

  test('a cover lies where it was drawn, in whole pixels that hide all of it', () => {
    const size = { width: 101, height: 101 };
    const cover = { x: 0.251, y: 0.251, width: 0.0101, height: 0.0101 };
    const place = placeOf(cover, { crop: WHOLE, covers: [] }, size);
    expect(place).toEqual({ x: 25, y: 25, width: 2, height: 2 });
  });

  test('covers are painted over the part that was cut out, after it', () => {
    const done: [string, ...number[]][] = [];
    const canvas = {
      fillStyle: '',
      drawImage: (_: unknown, ...at: number[]) => done.push(['draw', ...at]),
      fillRect: (...at: number[]) => done.push(['fill', ...at]),
    };
    paint(canvas as never, PICTURE, { crop: HALF, covers: [HALF] });
    expect(done).toEqual([
      ['draw', 1000, 750, 2000, 1500, 0, 0, 1600, 1200],
      ['fill', 0, 0, 1600, 1200],
    ]);
    expect(canvas.fillStyle).toMatch(/^#[0-9a-f]{6}$/);
  });
});

describe('boxes', () => {
  test('may be drawn from any corner, and end at the edge of the picture', () => {
    const box = boxBetween({ x: 1.4, y: 0.5 }, { x: 0.75, y: 0.25 });
    expect(box).toEqual({ x: 0.75, y: 0.25, width: 0.25, height: 0.25 });
    expect(boxBetween({ x: 0.5, y: 0.5 }, { x: 0.505, y: 0.9 })).toBeNull();
  });

  test('stay within the picture, however they are moved', () => {
    expect(moveBox(HALF, 2, -2)).toEqual({ ...HALF, x: 0.5, y: 0 });
  });

  test('move by arrow keys, and grow with Shift', () => {
    expect(boxAfterKey(FIRST_COVER, 'ArrowRight', false)?.x).toBeGreaterThan(FIRST_COVER.x);
    expect(boxAfterKey(FIRST_COVER, 'ArrowUp', true)?.height).toBeLessThan(FIRST_COVER.height);
    expect(boxAfterKey(FIRST_COVER, 'Tab', false)).toBeNull();
  });
});

describe('photos that were begun', () => {
  const shown = (kind: string, item_key = 'work'): ShownEntry => {
    return { entry: tap({ kind, item_key }).entry, state: 'dot', is_own: true };
  };

  test('are asked for again until one is taken, for each item by itself', () => {
    const [first, second] = [shown('photo.intended'), shown('photo.intended')];
    const open = (...entries: ShownEntry[]) => unansweredIntents(entries, [], 'work');
    expect(open(first)).toEqual([first.entry.entry_id]);
    expect(open(first, shown('photo.taken', 'other'))).toEqual([first.entry.entry_id]);
    expect(open(first, shown('photo.taken'))).toEqual([]);
    expect(open(first, second, shown('photo.taken'))).toEqual([first.entry.entry_id]);
    expect(unansweredIntents([first], [first.entry.entry_id], 'work')).toEqual([]);
  });
});
