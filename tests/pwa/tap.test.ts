import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onTap } from '../../pwa/src/capture/tap.ts';

const act = vi.fn();
/** How each tap came to count. */
let ways: ('lift' | 'click')[] = [];
const button = { disabled: false };
let focused: { localName: string } | null = null;

beforeEach(() => {
  vi.stubGlobal('document', {
    get activeElement() {
      return focused;
    },
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  act.mockReset();
  ways = [];
  button.disabled = false;
  focused = null;
});

interface Finger {
  x?: number;
  at?: number;
  on?: object;
  is_primary?: boolean;
}

function rest({ x = 50, at = 1_000, on = button, is_primary = true }: Finger = {}): void {
  const event = { isPrimary: is_primary, currentTarget: on, clientX: x, clientY: 20 };
  onTap(act).onPointerDown({ ...event, timeStamp: at } as unknown as PointerEvent);
}

/** As a browser does: where it was not kept from it, it makes a click afterwards. */
function lift({ x = 50, at = 1_080, fingers_left = 0, can_be_kept = true } = {}): void {
  const event = {
    changedTouches: [{ clientX: x, clientY: 20 }],
    touches: Array.from({ length: fingers_left }),
    currentTarget: button,
    timeStamp: at,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = can_be_kept;
    },
  };
  const tap = (way: 'lift' | 'click') =>
    onTap(() => {
      ways.push(way);
      act();
    });
  tap('lift').onTouchEnd(event as unknown as TouchEvent);
  if (!event.defaultPrevented) tap('click').onClick();
}

test('a finger that leaves a button has tapped it once', () => {
  rest();
  lift();
  expect(ways).toEqual(['lift']);
});

test('each of two quick taps counts, and neither of them twice', () => {
  rest();
  lift();
  rest({ at: 1_200 });
  lift({ at: 1_260 });
  expect(ways).toEqual(['lift', 'lift']);
});

const DOUBTS: [string, Finger | null, Parameters<typeof lift>[0]?][] = [
  ['it slipped', {}, { x: 80 }],
  ['it rested for long', {}, { at: 3_000 }],
  ['another finger rests elsewhere', {}, { fingers_left: 1 }],
  ['it was the second finger', { is_primary: false }],
  ['it came down on something else', { on: {} }],
  ['nothing was seen to come down', null],
];

test.each(DOUBTS)(
  'whether it was a tap is left to the browser where %s',
  (_why, finger, lifted) => {
    if (finger) rest(finger);
    lift(lifted);
    expect(ways).toEqual(['click']);
  },
);

test('where the browser makes a click all the same, only the click counts', () => {
  rest();
  lift({ can_be_kept: false });
  expect(ways).toEqual(['click']);
});

test('while a line is being typed the click is kept, which puts the keyboard away', () => {
  focused = { localName: 'input' };
  rest();
  lift();
  expect(ways).toEqual(['click']);
});

test('a button that is out of use is not tapped by a finger', () => {
  button.disabled = true;
  rest();
  const prevented = vi.fn();
  const touch = {
    changedTouches: [{ clientX: 50, clientY: 20 }],
    touches: [],
    currentTarget: button,
  };
  const event = { ...touch, timeStamp: 1_050, preventDefault: prevented };
  onTap(act).onTouchEnd(event as unknown as TouchEvent);
  expect(act).not.toHaveBeenCalled();
  expect(prevented).not.toHaveBeenCalled();
});

test('a finger that stops a moving list taps only if the browser says so', async () => {
  let scroll: (event: { timeStamp: number }) => void = () => undefined;
  vi.stubGlobal('addEventListener', (_kind: string, hear: typeof scroll) => {
    scroll = hear;
  });
  vi.resetModules();
  const { onTap: anew } = await import('../../pwa/src/capture/tap.ts');
  const touch = (at: number, meanwhile: () => void = () => undefined) => {
    const down = { isPrimary: true, currentTarget: button, clientX: 50, clientY: 20 };
    anew(act).onPointerDown({ ...down, timeStamp: at } as unknown as PointerEvent);
    meanwhile();
    anew(act).onTouchEnd({
      changedTouches: [{ clientX: 50, clientY: 20 }],
      ...{ touches: [], currentTarget: button, timeStamp: at + 60, defaultPrevented: true },
      preventDefault: () => undefined,
    } as unknown as TouchEvent);
  };
  scroll({ timeStamp: 1_000 });
  touch(1_050);
  expect(act).not.toHaveBeenCalled();
  touch(1_400);
  expect(act).toHaveBeenCalledOnce();
  touch(1_800, () => scroll({ timeStamp: 1_830 }));
  expect(act).toHaveBeenCalledOnce();
});
