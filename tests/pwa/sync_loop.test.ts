import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { waitingTime } from '../../pwa/src/sync/backoff.ts';
import { type Loop, startLoop, type Want } from '../../pwa/src/sync/loop.ts';

let talks: Want[];
let goes_well: boolean;
let takes_ms: number;
let loop: Loop;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  talks = [];
  goes_well = true;
  takes_ms = 0;
  loop = startLoop(async (want) => {
    talks.push(want);
    await new Promise((resolve) => setTimeout(resolve, takes_ms));
    return goes_well;
  });
});

afterEach(() => {
  loop.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('many taps in one second are one talk, one second after the first', async () => {
  for (let tap = 0; tap < 9; tap++) {
    loop.plan('push', 1_000);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(talks).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect(talks).toEqual(['push']);
});

test('after a failure the pauses grow to five minutes and never end', async () => {
  goes_well = false;
  loop.plan('all', 0);
  const minutes = 60_000;
  await vi.advanceTimersByTimeAsync(1_000 * (2 + 4 + 8 + 16 + 32 + 64 + 128 + 256) + 100);
  expect(talks).toHaveLength(9);
  await vi.advanceTimersByTimeAsync(24 * 60 * minutes);
  expect(talks.length).toBeGreaterThanOrEqual(9 + 24 * 12 - 1);
});

test('the next tap does not wait for the end of a pause', async () => {
  goes_well = false;
  loop.plan('all', 0);
  await vi.advanceTimersByTimeAsync(600_000);
  const before = talks.length;
  loop.plan('push', 1_000);
  await vi.advanceTimersByTimeAsync(1_010);
  expect(talks.length).toBeGreaterThan(before);
});

test('what is tapped while it talks is sent right after, and never two talks at once', async () => {
  takes_ms = 5_000;
  loop.plan('push', 0);
  await vi.advanceTimersByTimeAsync(10);
  loop.plan('push', 1_000);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(talks).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_100);
  expect(talks).toEqual(['push', 'push']);
});

test('"send now" while it talks is heard', async () => {
  takes_ms = 5_000;
  loop.plan('push', 0);
  await vi.advanceTimersByTimeAsync(10);
  loop.plan('all', 0);
  await vi.advanceTimersByTimeAsync(5_010);
  expect(talks).toEqual(['push', 'all']);
});

test('without anything to do it asks for news every five minutes', async () => {
  loop.plan('all', 0);
  await vi.advanceTimersByTimeAsync(10);
  loop.plan('push', 1_000);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(talks).toEqual(['all', 'push']);
  await vi.advanceTimersByTimeAsync(5 * 60_000);
  expect(talks).toEqual(['all', 'push', 'all']);
});

test('a talk that breaks is tried again like any other', async () => {
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  let tries = 0;
  const breaking = startLoop(async () => {
    tries += 1;
    if (tries === 1) throw new Error('the lock was refused');
    return true;
  });
  breaking.plan('all', 0);
  await vi.advanceTimersByTimeAsync(10);
  breaking.plan('push', 1_000);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(tries).toBe(2);
  expect(complaint).toHaveBeenCalled();
  breaking.stop();
});

test('a stopped loop talks no more', async () => {
  loop.plan('all', 100);
  loop.stop();
  loop.plan('all', 0);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(talks).toEqual([]);
});

test('a waiting time lies between one second and its limit', () => {
  expect(waitingTime(3, () => 0)).toBe(1_000);
  expect(waitingTime(3, () => 1)).toBe(8_000);
  expect(waitingTime(4, () => 0.5)).toBe(8_500);
  expect(waitingTime(5_000, () => 1)).toBe(300_000);
});
