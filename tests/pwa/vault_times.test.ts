import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IDLE_MS, judgeIdle, watchIdle } from '../../pwa/src/vault/idle_lock.ts';
import { judgeLease, LEASE_MS, lookAtClock, renewLease } from '../../pwa/src/vault/lease.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.parse('2026-11-12T12:00:00Z');

describe('the lease of reading', () => {
  const lease = renewLease(NOON);

  test('lasts fourteen days from the last authorised contact', () => {
    expect(judgeLease(lease, NOON + LEASE_MS)).toBe('open');
    expect(judgeLease(lease, NOON + LEASE_MS + 1)).toBe('lease-ended');
    expect(judgeLease(renewLease(NOON + LEASE_MS), NOON + LEASE_MS + 1)).toBe('open');
  });

  test('there is none before the first contact', () => {
    expect(judgeLease(null, NOON)).toBe('lease-ended');
  });

  test('a clock that is put right by less than an hour does not end it', () => {
    const seen = lookAtClock(lease, NOON + 5 * HOUR);
    expect(judgeLease(seen, NOON + 4 * HOUR)).toBe('open');
    expect(judgeLease(seen, NOON + 4 * HOUR - 1)).toBe('lease-ended');
  });

  test('once over, no clock brings it back', () => {
    const over = lookAtClock(lease, NOON + LEASE_MS + 1);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: NOON * 2 })), (walls) => {
        const seen = walls.reduce(lookAtClock, over);
        for (const wall of walls) expect(judgeLease(seen, wall)).toBe('lease-ended');
      }),
    );
  });

  test('a clock that stood ahead at the contact does not lengthen it', () => {
    const ahead = renewLease(NOON + 365 * 24 * HOUR);
    expect(judgeLease(ahead, NOON)).toBe('lease-ended');
    expect(judgeLease(renewLease(NOON), NOON)).toBe('open');
  });

  test('is not written again while nothing moves', () => {
    expect(lookAtClock(lease, NOON - 1)).toBe(lease);
  });
});

describe('the idle lock', () => {
  const at = (last_active_at: number, is_due = false) => ({ last_active_at, is_due });

  test('locks after ten minutes without a touch', () => {
    expect(judgeIdle(at(0), 'looked', IDLE_MS - 1, false).locks).toBe(false);
    expect(judgeIdle(at(0), 'looked', IDLE_MS, false).locks).toBe(true);
  });

  test('the touch that wakes the tablet up does not keep it open', () => {
    expect(judgeIdle(at(0), 'touched', 3 * IDLE_MS, false).locks).toBe(true);
    expect(judgeIdle(at(0), 'touched', IDLE_MS - 1, false).state).toEqual(at(IDLE_MS - 1));
  });

  test('a clock that was set back counts as idle', () => {
    expect(judgeIdle(at(NOON), 'looked', NOON - IDLE_MS - 1, false).locks).toBe(true);
    expect(judgeIdle(at(NOON), 'looked', NOON - MINUTE, false).locks).toBe(false);
  });

  test('never in the middle of a visit; leaving it locks', () => {
    const during = judgeIdle(at(0), 'looked', IDLE_MS, true);
    expect(during).toEqual({ state: at(0, true), locks: false });
    const tapping = judgeIdle(during.state, 'touched', IDLE_MS + 1, true);
    expect(tapping.locks).toBe(false);
    expect(judgeIdle(tapping.state, 'left_capture', IDLE_MS + 2, false).locks).toBe(true);
  });

  test('leaving a visit in which one was busy does not lock', () => {
    const busy = judgeIdle(at(0), 'touched', MINUTE, true);
    expect(judgeIdle(busy.state, 'left_capture', 2 * MINUTE, false).locks).toBe(false);
  });
});

describe('watching a page', () => {
  beforeEach(() => vi.useFakeTimers({ now: NOON }));
  afterEach(() => vi.useRealTimers());

  function watch() {
    const page = new EventTarget();
    const seen = { locks: 0, said: [] as string[], is_capturing: false };
    const channel = {
      postMessage: (said: string) => seen.said.push(said),
      onmessage: null as ((message: MessageEvent) => void) | null,
    };
    const idle = watchIdle({
      page,
      channel,
      now: Date.now,
      is_capturing: () => seen.is_capturing,
      lock: () => seen.locks++,
    });
    const hear = (data: string) => channel.onmessage?.({ data } as MessageEvent);
    return { page, seen, idle, hear };
  }

  test('a page that nobody touches locks by itself', () => {
    const { seen, idle } = watch();
    vi.advanceTimersByTime(IDLE_MS - MINUTE);
    expect(seen.locks).toBe(0);
    vi.advanceTimersByTime(2 * MINUTE);
    expect(seen.locks).toBe(1);
    idle.stop();
  });

  test('working on a page of the server keeps it open', () => {
    const { seen, idle } = watch();
    vi.advanceTimersByTime(IDLE_MS - MINUTE);
    idle.touched();
    vi.advanceTimersByTime(IDLE_MS - MINUTE);
    expect(seen.locks).toBe(0);
    vi.advanceTimersByTime(2 * MINUTE);
    expect(seen.locks).toBe(1);
    idle.stop();
  });

  test('touching it, or another tab of the same account, keeps it open', () => {
    const { page, seen, idle, hear } = watch();
    vi.advanceTimersByTime(IDLE_MS - MINUTE);
    page.dispatchEvent(new Event('pointerdown'));
    expect(seen.said).toEqual(['touched']);
    vi.advanceTimersByTime(IDLE_MS - MINUTE);
    hear('touched');
    vi.advanceTimersByTime(IDLE_MS - MINUTE);
    expect(seen.locks).toBe(0);
    idle.stop();
  });

  test('"Lock now" locks every tab, one with an open visit when that is left', () => {
    const one = watch();
    const other = watch();
    other.seen.is_capturing = true;
    one.idle.lockNow();
    for (const said of one.seen.said) other.hear(said);
    expect([one.seen.locks, other.seen.locks]).toEqual([1, 0]);
    other.seen.is_capturing = false;
    other.idle.moved();
    expect(other.seen.locks).toBe(1);
    one.idle.stop();
    other.idle.stop();
  });

  test('stopped, it locks nothing any more', () => {
    const { page, seen, idle } = watch();
    idle.stop();
    vi.advanceTimersByTime(3 * IDLE_MS);
    page.dispatchEvent(new Event('keydown'));
    expect(seen.locks).toBe(0);
  });
});
