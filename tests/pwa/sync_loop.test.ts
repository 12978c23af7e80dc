import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readClock } from '../../pwa/src/entry/clock.ts';
import type { Script } from '../../pwa/src/machine/effect.ts';
import { performUntil } from '../../pwa/src/machine/perform.ts';
import { waitingTime } from '../../pwa/src/sync/backoff.ts';
import type { Conversation } from '../../pwa/src/sync/conversation.ts';
import { keepInStep, type Want } from '../../pwa/src/sync/loop.ts';
import { listenForWaking, type Waking } from '../../pwa/src/sync/waking.ts';

let conversation: Conversation;
let talks: Want[];
let goes_well: boolean;
let takes_ms: number;
let waking: Waking;
let stop: () => void;

function* talk(_: Conversation, want: Want): Script<boolean> {
  talks.push(want);
  if (takes_ms > 0) yield { port: 'screens', tell: null };
  return goes_well;
}

function begin(): void {
  let is_stopped = false;
  stop = () => {
    is_stopped = true;
    waking.nudge();
  };
  const script = keepInStep(conversation, talk);
  performUntil(
    script,
    (effect) => {
      if (effect.port === 'screens') return new Promise((done) => setTimeout(done, takes_ms));
      if (effect.port === 'random') return 1;
      if (effect.port !== 'clock') throw new Error(`no ${effect.port}`);
      return effect.ask === 'read' ? readClock() : waking.wait(effect.ms, effect.hears_taps);
    },
    () => is_stopped,
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  conversation = { not_before_ms: 0 } as Conversation;
  talks = [];
  goes_well = true;
  takes_ms = 0;
  waking = listenForWaking();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

test('many taps in one second are one talk, one second after the first', async () => {
  begin();
  await vi.advanceTimersByTimeAsync(10);
  for (let tap = 0; tap < 9; tap++) {
    waking.tapped();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(talks).toEqual(['all']);
  await vi.advanceTimersByTimeAsync(200);
  expect(talks).toEqual(['all', 'push']);
});

test('after a failure the pauses grow to five minutes and never end', async () => {
  goes_well = false;
  begin();
  const minutes = 60_000;
  await vi.advanceTimersByTimeAsync(1_000 * (2 + 4 + 8 + 16 + 32 + 64 + 128 + 256) + 100);
  expect(talks).toHaveLength(9);
  await vi.advanceTimersByTimeAsync(24 * 60 * minutes);
  expect(talks.length).toBeGreaterThanOrEqual(9 + 24 * 12 - 1);
});

test('a server that names a pause is not asked before it is over', async () => {
  goes_well = false;
  conversation.not_before_ms = 60_000;
  begin();
  await vi.advanceTimersByTimeAsync(59_900);
  expect(talks).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(talks).toHaveLength(2);
});

test('the next tap does not wait for the end of a pause', async () => {
  goes_well = false;
  begin();
  await vi.advanceTimersByTimeAsync(600_000);
  const before = talks.length;
  waking.tapped();
  await vi.advanceTimersByTimeAsync(1_010);
  expect(talks.length).toBeGreaterThan(before);
});

test('what is tapped while it talks is sent right after, and never two talks at once', async () => {
  takes_ms = 5_000;
  begin();
  await vi.advanceTimersByTimeAsync(10);
  waking.tapped();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(talks).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2_100);
  expect(talks).toEqual(['all', 'push']);
});

test('"send now" while it talks is heard', async () => {
  takes_ms = 5_000;
  begin();
  await vi.advanceTimersByTimeAsync(10);
  waking.nudge();
  await vi.advanceTimersByTimeAsync(5_010);
  expect(talks).toEqual(['all', 'all']);
});

test('without anything to do it asks for news every five minutes', async () => {
  begin();
  await vi.advanceTimersByTimeAsync(10);
  waking.tapped();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(talks).toEqual(['all', 'push']);
  await vi.advanceTimersByTimeAsync(5 * 60_000);
  expect(talks).toEqual(['all', 'push', 'all']);
});

test('somebody who taps without a pause still gets news', async () => {
  begin();
  for (let second = 0; second < 400; second++) {
    waking.tapped();
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(talks.filter((want) => want === 'all').length).toBeGreaterThan(1);
});

test('a stopped loop talks no more', async () => {
  begin();
  await vi.advanceTimersByTimeAsync(10);
  stop();
  waking.nudge();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(talks).toEqual(['all']);
});

test('a waiting time lies between one second and its limit', () => {
  expect(waitingTime(3, 0)).toBe(1_000);
  expect(waitingTime(3, 1)).toBe(8_000);
  expect(waitingTime(4, 0.5)).toBe(8_500);
  expect(waitingTime(5_000, 1)).toBe(300_000);
});
