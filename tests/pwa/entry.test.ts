import { expect, test } from 'vitest';
import { type ClockSource, createClock, writeTime } from '../../pwa/src/entry/clock.ts';
import { type EntryDraft, makeEntry, readEntry } from '../../pwa/src/entry/entry.ts';
import { deviceRandom } from '../../pwa/src/entry/random.ts';

const CLOCK = {
  wall_ms: Date.UTC(2026, 10, 12, 14, 5, 12, 345),
  offset_minutes: -300,
  elapsed_ms: 61_003,
  clock_session_id: '0190a000-0000-7000-8000-000000000001',
};
const DRAFT: EntryDraft = {
  author_id: '0190a000-0000-7000-8000-00000000000a',
  subject_id: '0190a000-0000-7000-8000-00000000000b',
  kind: 'script.written',
  item_key: 'script',
  payload: { text: 'Who can say it in other words?', speaker: 'T' },
};
const counting = (length: number) => Uint8Array.from({ length }, (_, index) => index);

test('an entry is the same bytes for the same draft, clock and randomness', () => {
  expect(makeEntry(DRAFT, CLOCK, counting)).toEqual(makeEntry(DRAFT, CLOCK, counting));
});

test('half an emoji does not make a line unreadable, and whole ones stay', () => {
  const { entry } = makeEntry(
    { ...DRAFT, payload: { text: 'Look \ud83d here \ud83d\ude00', speaker: 'S' } },
    CLOCK,
    counting,
  );
  expect(entry.payload.text).toBe('Look \ufffd here \ud83d\ude00');
});

test('its keys stand in the order of the format, with no spaces between', () => {
  const { body, entry } = makeEntry(DRAFT, CLOCK, counting);
  expect(Object.keys(entry).join()).toBe(
    'entry_id,author_id,subject_kind,subject_id,kind,item_key,payload,replaces,' +
      'occurred_at,entered_at,elapsed_ms,clock_session_id,app_version,entry_schema,salt',
  );
  expect(body).toBe(JSON.stringify(entry));
  expect(readEntry(body)).toEqual(entry);
});

test('its time is the wall clock of the tablet, with its offset', () => {
  const { entry } = makeEntry(DRAFT, CLOCK, counting);
  expect(entry.occurred_at).toBe('2026-11-12T09:05:12.345-05:00');
  expect(entry.entered_at).toBe(entry.occurred_at);
  expect(writeTime(CLOCK.wall_ms, 330)).toBe('2026-11-12T19:35:12.345+05:30');
});

test('what happened earlier keeps its own time, beside the time it was entered', () => {
  const occurred_at = '2026-11-12T08:55:00.000-05:00';
  const { entry } = makeEntry({ ...DRAFT, occurred_at }, CLOCK, counting);
  expect(entry.occurred_at).toBe(occurred_at);
  expect(entry.entered_at).toBe('2026-11-12T09:05:12.345-05:00');
});

test('its id is a UUIDv7 of its time and its salt is eleven random characters', () => {
  const one = makeEntry(DRAFT, CLOCK, deviceRandom).entry;
  const other = makeEntry(DRAFT, CLOCK, deviceRandom).entry;
  expect(one.entry_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  expect(Number.parseInt(one.entry_id.replace('-', '').slice(0, 12), 16)).toBe(CLOCK.wall_ms);
  expect(one.entry_id).not.toBe(other.entry_id);
  expect(one.salt).toMatch(/^[A-Za-z0-9_-]{11}$/);
  expect(one.salt).not.toBe(other.salt);
});

function tabletClock() {
  const at = { wall: 1_000_000, monotonic: 50 };
  let sessions = 0;
  const source: ClockSource = {
    wall_ms: () => at.wall,
    offset_minutes: () => 0,
    monotonic_ms: () => at.monotonic,
    make_id: () => `session-${++sessions}`,
  };
  return { at, read: createClock(source) };
}

test('one page life is one clock session while the two clocks agree', () => {
  const { at, read } = tabletClock();
  at.wall += 40 * 60_000 + 900;
  at.monotonic += 40 * 60_000;
  expect(read()).toMatchObject({ clock_session_id: 'session-1', elapsed_ms: 40 * 60_000 });
});

test('a tablet that slept begins a new clock session', () => {
  const { at, read } = tabletClock();
  at.wall += 1_001;
  expect(read()).toMatchObject({ clock_session_id: 'session-2', elapsed_ms: 0 });
  at.wall += 250;
  at.monotonic += 250;
  expect(read()).toMatchObject({ clock_session_id: 'session-2', elapsed_ms: 250 });
});

test('a clock that was set back begins a new clock session', () => {
  const { at, read } = tabletClock();
  at.monotonic += 10_000;
  at.wall -= 3_600_000;
  expect(read().clock_session_id).toBe('session-2');
});
