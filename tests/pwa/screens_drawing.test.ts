import { options } from 'preact';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { drawLater } from '../../pwa/src/visits/drawing.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('a tap that the disk does not take soon is drawn all the same', () => {
  const draw = vi.fn();
  drawLater(() => options.debounceRendering?.(draw));
  expect(draw).not.toHaveBeenCalled();
  vi.advanceTimersByTime(100);
  expect(draw).toHaveBeenCalledOnce();
});

test('what changes afterwards is drawn at once, also where the change before it failed', () => {
  const before = options.debounceRendering;
  const fail = () => {
    throw new Error('as it may');
  };
  expect(() => drawLater(fail)).toThrow();
  expect(options.debounceRendering).toBe(before);
});
