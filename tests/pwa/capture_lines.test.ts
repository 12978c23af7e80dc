import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openHalfLine } from '../../pwa/src/capture/script/half_line.ts';
import { studentsToSweep } from '../../pwa/src/capture/sitting.ts';
import { endVisit } from '../../pwa/src/home/end_visit.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { type Saving, saveOnce } from '../../pwa/src/ui/use_saving.ts';
import type { Device } from '../../pwa/src/visits/device.ts';
import {
  EMPTY_LINE,
  forgetHalfLine,
  forgetHalfLines,
  lineDraft,
} from '../../pwa/src/visits/half_line.ts';
import { PERSON, tap, VISIT } from './tablet.ts';

/** What a browser keeps beside its databases. */
function memory(): Storage {
  const kept: Record<string, string> = {};
  const hidden = {
    getItem: (key: string) => kept[key] ?? null,
    setItem(key: string, text: string) {
      kept[key] = text;
    },
    removeItem(key: string) {
      delete kept[key];
    },
  };
  for (const [name, value] of Object.entries(hidden)) Object.defineProperty(kept, name, { value });
  return kept as unknown as Storage;
}

describe('a half-typed line', () => {
  const typed = { text: 'What could', speaker: 'S' as const, occurred_at: 'then' };
  beforeEach(() => vi.stubGlobal('localStorage', memory()));
  afterEach(() => vi.unstubAllGlobals());

  test('outlives a reload', () => {
    openHalfLine('visit').change(typed);
    expect(openHalfLine('visit').line.value).toEqual(typed);
    expect(openHalfLine('other').line.value).toEqual(EMPTY_LINE);
  });

  test('is kept nowhere once it was added; the next line is of the same speaker', () => {
    const half_line = openHalfLine('visit');
    half_line.change(typed);
    half_line.empty();
    expect(half_line.line.value).toEqual({ ...EMPTY_LINE, speaker: 'S' });
    expect(Object.keys(localStorage)).toEqual([]);
  });

  test('becomes an entry when its forgotten visit is ended from Today, not a loss', async () => {
    const log = await openLog(PERSON);
    await log.append([tap()]);
    openHalfLine(VISIT).change({ ...typed, occurred_at: '2026-11-12T09:05:00.000-05:00' });
    const device = { log, session: { person_id: PERSON } } as unknown as Device;
    await endVisit(device, VISIT, '2026-11-12T09:04:00.000-05:00');
    const made = (await log.entriesOf(VISIT)).map((one) => one.entry);
    expect(made.map((one) => one.kind)).toEqual([
      'item.marked',
      'script.written',
      'observation.finished',
    ]);
    expect(made[1]?.payload).toEqual({ text: 'What could', speaker: 'S' });
    expect(Object.keys(localStorage)).toEqual([]);
    log.close();
  });

  test('is kept nowhere once its visit is over, and others stay', () => {
    openHalfLine('visit').change(typed);
    openHalfLine('other').change(typed);
    forgetHalfLine('visit');
    expect(Object.keys(localStorage)).toEqual(['half-line-other']);
  });

  test('none is left by whoever signs out, and nothing else is touched', () => {
    openHalfLine('visit').change(typed);
    openHalfLine('other').change(typed);
    localStorage.setItem('capture-dimmed', 'yes');
    forgetHalfLines();
    expect(Object.keys(localStorage)).toEqual(['capture-dimmed']);
  });

  test('becomes an entry of the moment of its first letter; blanks become none', () => {
    expect(lineDraft({ ...typed, text: ' What could ' }, 'heard')).toEqual({
      kind: 'script.written',
      item_key: 'heard',
      payload: { text: 'What could', speaker: 'S' },
      occurred_at: 'then',
    });
    expect(lineDraft({ ...typed, text: ' ' }, 'heard')).toBeNull();
  });
});

describe('saving once', () => {
  function watched() {
    const states: Saving[] = [];
    const saves: ((is_saved: boolean) => void)[] = [];
    const once = saveOnce((state) => states.push(state));
    const tap = () => once(() => new Promise<boolean>((resolve) => saves.push(resolve)));
    return { states, saves, tap };
  }

  test('a second tap does nothing while the first is being saved, nor after it was', async () => {
    const { states, saves, tap } = watched();
    const first = tap();
    await tap();
    saves[0]?.(true);
    await first;
    await tap();
    expect(saves).toHaveLength(1);
    expect(states).toEqual(['saving', 'saved']);
  });

  test('after a failure a tap tries again', async () => {
    const { states, saves, tap } = watched();
    const first = tap();
    saves[0]?.(false);
    await first;
    const second = tap();
    saves[1]?.(true);
    await second;
    expect(states).toEqual(['saving', 'failed', 'saving', 'saved']);
  });

  test('what breaks while saving is a failure, not an end', async () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const states: Saving[] = [];
    await saveOnce((state) => states.push(state))(() => Promise.reject(new Error('full')));
    expect(states).toEqual(['saving', 'failed']);
    complaint.mockRestore();
  });
});

describe('a sweep', () => {
  test('asks who is present where nobody is said to be', () => {
    expect(studentsToSweep({ students_present: 22 })).toBe(22);
    expect(studentsToSweep({ students_present: 0 })).toBeNull();
    expect(studentsToSweep({ students_present: null })).toBeNull();
    expect(studentsToSweep(null)).toBeNull();
  });
});
