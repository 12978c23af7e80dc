import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { columnsOf, scriptItem } from '../../pwa/src/capture/columns.ts';
import { lastTimes, registerOf, statesByItem } from '../../pwa/src/capture/marks.ts';
import { nextSpeaker, typeInto } from '../../pwa/src/capture/script/half_line.ts';
import { padPages } from '../../pwa/src/capture/sweep/pad_pages.ts';
import { nextSweep } from '../../pwa/src/capture/sweep/sweep_times.ts';
import { toggleCode } from '../../pwa/src/capture/tags/chosen_codes.ts';
import { nextToUndo, UNDO_DEPTH } from '../../pwa/src/capture/undo.ts';
import { elapsedSince } from '../../pwa/src/capture/watch.ts';
import type { Protocol } from '../../pwa/src/protocol/protocol.ts';
import { coversOf, is_forgotten, lastTapAt } from '../../pwa/src/visits/finish.ts';
import { EMPTY_LINE } from '../../pwa/src/visits/half_line.ts';
import {
  countMarks,
  leastSafe,
  type MarkState,
  type ShownEntry,
} from '../../pwa/src/visits/mark_state.ts';
import { madeEntry } from './screens_entries.ts';

function shown(state: MarkState, entry: Parameters<typeof madeEntry>[0] = {}): ShownEntry {
  return { entry: madeEntry(entry), state, is_own: true };
}

describe('the sign of a mark', () => {
  test('a check means that every mark of the item is on the server', () => {
    const marks = [shown('check', { item_key: 'goal' }), shown('dot', { item_key: 'goal' })];
    expect(statesByItem(marks, [])).toEqual({ goal: 'dot' });
  });

  test('a mark that was not saved outweighs all others', () => {
    expect(leastSafe(['check', 'dot', 'set_aside', 'ring', 'unsaved'])).toBe('unsaved');
    expect(leastSafe([])).toBeNull();
  });

  test('a mark that was taken back gives no sign', () => {
    const mark = shown('ring', { item_key: 'goal' });
    expect(statesByItem([mark], [mark.entry.entry_id])).toEqual({});
  });

  test('what came from the server is not counted as sent from this tablet', () => {
    const marks = [
      shown('dot'),
      shown('check'),
      shown('set_aside'),
      { ...shown('check'), is_own: false },
    ];
    expect(countMarks(marks)).toMatchObject({ on_tablet: 1, sent: 2, set_aside: 1, unsaved: 0 });
  });
});

describe('undo', () => {
  const marks = Array.from({ length: 25 }, () => shown('dot'));
  const id = (at: number) => marks[at]?.entry.entry_id as string;

  test('takes back the newest mark, then the one before', () => {
    expect(nextToUndo(marks, [])?.entry_id).toBe(id(24));
    expect(nextToUndo(marks, [id(24)])?.entry_id).toBe(id(23));
  });

  test('ends after twenty marks', () => {
    const twenty = marks.slice(-UNDO_DEPTH).map((one) => one.entry.entry_id);
    expect(nextToUndo(marks, twenty)).toBeNull();
  });

  test('leaves drafts, corrections and what others made alone', () => {
    const mark = shown('dot');
    const later = [
      shown('dot', { kind: 'draft.written' }),
      shown('dot', { kind: 'observation.corrected' }),
      { ...shown('check'), is_own: false },
    ];
    expect(nextToUndo([mark, ...later], [])?.entry_id).toBe(mark.entry.entry_id);
  });
});

describe('the cue of a sweep', () => {
  const every = 240_000;

  test('counts down to the first cue', () => {
    expect(nextSweep(227_000, [], every)).toEqual({ due_in_ms: 13_000, is_due: false });
  });

  test('is due from its time until half an interval later', () => {
    expect(nextSweep(240_000, [], every).is_due).toBe(true);
    expect(nextSweep(359_000, [], every).is_due).toBe(true);
    expect(nextSweep(361_000, [], every)).toEqual({ due_in_ms: 119_000, is_due: false });
  });

  test('a sweep a little early or late belongs to its cue and moves no other', () => {
    expect(nextSweep(235_000, [230_000], every).due_in_ms).toBe(245_000);
    expect(nextSweep(300_000, [290_000], every).due_in_ms).toBe(180_000);
  });

  test('a sweep at the very start is the look before the first cue', () => {
    expect(nextSweep(10_000, [5_000], every).due_in_ms).toBe(230_000);
  });

  test('every number from none to all can be reached in pages of nine', () => {
    const pages = padPages(22);
    expect(pages[0]).toEqual([14, 15, 16, 17, 18, 19, 20, 21, 22]);
    expect(pages.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, n) => n));
    expect(padPages(0)).toEqual([[0]]);
  });
});

describe('a line of what was heard', () => {
  test('belongs to the moment of its first letter', () => {
    const begun = typeInto(EMPTY_LINE, 'W', '2026-11-12T09:05:12.000-05:00');
    const longer = typeInto(begun, 'What', '2026-11-12T09:05:20.000-05:00');
    expect(longer.occurred_at).toBe('2026-11-12T09:05:12.000-05:00');
  });

  test('forgets its time when it is emptied', () => {
    const begun = typeInto(EMPTY_LINE, 'W', '2026-11-12T09:05:12.000-05:00');
    expect(typeInto(begun, ' ', '2026-11-12T09:06:00.000-05:00').occurred_at).toBeNull();
  });

  test('one button goes round teacher, student, observer', () => {
    expect(['T', 'S', 'O'].map((one) => nextSpeaker(one as 'T'))).toEqual(['S', 'O', 'T']);
  });
});

describe('the watch of a visit', () => {
  const started = {
    clock_session_id: 'a',
    elapsed_ms: 1000,
    occurred_at: '2026-11-12T09:00:00.000-05:00',
  };
  const wall_ms = Date.parse('2026-11-12T09:12:47.000-05:00');

  test('goes by the monotonic clock while the page lives', () => {
    const now = { wall_ms: 0, offset_minutes: -300, elapsed_ms: 61_000, clock_session_id: 'a' };
    expect(elapsedSince(started, now)).toBe(60_000);
  });

  test('runs on over a reload by the wall clock', () => {
    const now = { wall_ms, offset_minutes: -300, elapsed_ms: 3, clock_session_id: 'b' };
    expect(elapsedSince(started, now)).toBe(767_000);
  });

  test('shows the times of marks on itself', () => {
    const times = ['2026-11-12T09:08:05.000-05:00', '2026-11-12T09:11:30.999-05:00'];
    expect(lastTimes(times, started.occurred_at, 2)).toBe('+8:05 · +11:30');
    expect(lastTimes(times, started.occurred_at, 1)).toBe('+11:30');
  });
});

describe('finishing', () => {
  const now = { wall_ms: 0, offset_minutes: 0, elapsed_ms: 900, clock_session_id: 'b' };

  test('covers every clock session, and this one until now', () => {
    const entries = [
      madeEntry({ clock_session_id: 'a', elapsed_ms: 10 }),
      madeEntry({ clock_session_id: 'a', elapsed_ms: 40 }),
      madeEntry({ clock_session_id: 'b', elapsed_ms: 5 }),
    ];
    expect(coversOf(entries, now)).toEqual([
      { clock_session_id: 'a', through_ms: 40, count: 2 },
      { clock_session_id: 'b', through_ms: 900, count: 1 },
    ]);
  });

  test('the last tap is the last mark, not the last correction', () => {
    const mark = madeEntry({ entered_at: '2026-11-12T09:31:00.000-05:00' });
    const corrected = madeEntry({
      kind: 'observation.corrected',
      entered_at: '2026-11-12T09:40:00.000-05:00',
    });
    expect(lastTapAt([mark, corrected])).toBe('2026-11-12T09:31:00.000-05:00');
    expect(
      is_forgotten('2026-11-12T09:31:00.000-05:00', Date.parse('2026-11-12T09:52:00.000-05:00')),
    ).toBe(true);
    expect(
      is_forgotten('2026-11-12T09:31:00.000-05:00', Date.parse('2026-11-12T09:50:00.000-05:00')),
    ).toBe(false);
  });
});

describe('answers', () => {
  const version = (entry_id: string, value: unknown) => ({ entry_id, value, occurred_at: 't' });

  test('a new answer replaces every version that was shown', () => {
    const view = { type: 'choice' as const, versions: [version('e1', 'yes'), version('e2', 'no')] };
    expect(registerOf(view)).toMatchObject({
      value: undefined,
      replaces: ['e1', 'e2'],
      is_in_conflict: true,
    });
    expect(registerOf(undefined)).toMatchObject({ replaces: [], is_in_conflict: false });
  });

  test('tags are written in the order of the protocol', () => {
    const order = ['a', 'b', 'c'];
    expect(toggleCode(['c'], 'a', order)).toEqual(['a', 'c']);
    expect(toggleCode(['a', 'c'], 'a', order)).toEqual(['c']);
  });
});

describe('columns', () => {
  const read = (slug: string): Protocol =>
    JSON.parse(
      readFileSync(new URL(`../../protocols/${slug}/1.0.0.json`, import.meta.url), 'utf8'),
    );
  const slugs = [
    'lesson-clarity',
    'engagement-sweep',
    'responses-and-feedback',
    'selective-script',
  ];

  for (const slug of slugs) {
    test(`${slug}: every item is shown once, in the protocol's order within its column`, () => {
      const protocol = read(slug);
      const { left, right } = columnsOf(protocol);
      const keys = [...left, ...right].flatMap((section) => section.items.map((item) => item.key));
      const wanted = protocol.sections
        .flatMap((section) => section.items)
        .filter((item) => item.type !== 'script');
      expect([...keys].sort()).toEqual(wanted.map((item) => item.key).sort());
      expect(left[0]?.key).toBe(protocol.sections[0]?.key);
      expect(scriptItem(protocol)?.type).toBe('script');
    });
  }

  test('forty look-fors are shared out over both columns', () => {
    const protocol = read('lesson-clarity');
    const section = protocol.sections[0] as Protocol['sections'][number];
    const sections = Array.from({ length: 20 }, (_, at) => ({ ...section, key: `s${at}` }));
    const { left, right } = columnsOf({ ...protocol, sections });
    expect(Math.abs(left.length - right.length)).toBeLessThanOrEqual(1);
  });
});
