import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openHalfLine } from '../../pwa/src/capture/script/half_line.ts';
import { studentsToSweep } from '../../pwa/src/capture/sitting.ts';
import { endVisit } from '../../pwa/src/home/end_visit.ts';
import { subjectsWithHalfLine } from '../../pwa/src/log/half_lines.ts';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { type Saving, saveOnce } from '../../pwa/src/ui/use_saving.ts';
import type { Device } from '../../pwa/src/visits/device.ts';
import {
  addHalfLine,
  addHalfLines,
  adoptOldHalfLines,
  EMPTY_LINE,
  keepHalfLine,
  lineDrafts,
} from '../../pwa/src/visits/half_line.ts';
import { PERSON, tap, VISIT } from './tablet.ts';

describe('a half-typed line', () => {
  const typed = { text: 'What could', speaker: 'S' as const, occurred_at: null };
  const then = { ...typed, occurred_at: '2026-11-12T09:05:00.000-05:00' };
  let log: DeviceLog;
  beforeEach(async () => {
    log = await openLog(PERSON);
  });
  afterEach(async () => {
    vi.unstubAllGlobals();
    log.close();
    await deleteDB(`noticing-${PERSON}`);
    await deleteDB('noticing');
  });

  const device = () => ({ log, session: { person_id: PERSON } }) as unknown as Device;
  const entriesMade = async () => (await log.entriesOf(VISIT)).map((one) => one.entry);
  const kept = () => log.perform(subjectsWithHalfLine());

  test('outlives a reload', async () => {
    (await openHalfLine(log, 'visit')).change(typed);
    expect((await openHalfLine(log, 'visit')).line.value).toEqual(typed);
    expect((await openHalfLine(log, 'other')).line.value).toEqual(EMPTY_LINE);
  });

  test('lies sealed: the words are in no store', async () => {
    await keepHalfLine(log, 'visit', typed);
    const raw = await openDB(`noticing-${PERSON}`);
    const row = await raw.get('meta', 'half_line visit');
    raw.close();
    expect(row).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(row).toString('latin1')).not.toContain('could');
  });

  test('is kept nowhere once it was added; the next line is of the same speaker', async () => {
    const half_line = await openHalfLine(log, 'visit');
    half_line.change(typed);
    half_line.empty();
    expect(half_line.line.value).toEqual({ ...EMPTY_LINE, speaker: 'S' });
    expect((await openHalfLine(log, 'visit')).line.value).toEqual(EMPTY_LINE);
    expect(await kept()).toEqual([]);
  });

  test('becomes an entry when its forgotten visit is ended from Today, not a loss', async () => {
    await log.append([tap()]);
    await keepHalfLine(log, VISIT, then);
    await endVisit(device(), VISIT, '2026-11-12T09:04:00.000-05:00');
    const made = await entriesMade();
    expect(made.map((one) => one.kind)).toEqual([
      'item.marked',
      'script.written',
      'observation.finished',
    ]);
    expect(made[1]?.payload).toEqual({ text: 'What could', speaker: 'S' });
    expect(await kept()).toEqual([]);
  });

  test('becomes one entry where its visit ended elsewhere, also when two screens ask for it', async () => {
    await keepHalfLine(log, VISIT, then);
    await Promise.all([addHalfLine(device(), VISIT), addHalfLine(device(), VISIT)]);
    const made = await entriesMade();
    expect(made.map((one) => [one.kind, one.occurred_at])).toEqual([
      ['script.written', then.occurred_at],
    ]);
  });

  test('of every visit becomes an entry before somebody leaves', async () => {
    await keepHalfLine(log, VISIT, typed);
    await keepHalfLine(log, 'other', typed);
    await addHalfLines(device());
    expect((await log.counts()).on_tablet).toBe(2);
    expect(await kept()).toEqual([]);
  });

  test('that cannot become an entry stays a half line', async () => {
    await keepHalfLine(log, VISIT, typed);
    const full = { ...log, append: () => Promise.reject(new Error('full')) };
    await expect(addHalfLine({ ...device(), log: full }, VISIT)).rejects.toThrow('full');
    expect(await kept()).toEqual([VISIT]);
  });

  test('of the first version is taken out of the clear, by whose visit it is', async () => {
    const lines = new Map([
      [`half-line-${VISIT}`, JSON.stringify(typed)],
      ['half-line-other', JSON.stringify(typed)],
    ]);
    vi.stubGlobal('localStorage', {
      ...Object.fromEntries(lines),
      getItem: (key: string) => lines.get(key) ?? null,
      removeItem: (key: string) => lines.delete(key),
    });
    await log.append([tap()]);
    await adoptOldHalfLines(log);
    expect([...lines.keys()]).toEqual(['half-line-other']);
    expect((await openHalfLine(log, VISIT)).line.value).toEqual(typed);
  });

  test('becomes an entry of the moment of its first letter; blanks become none', () => {
    expect(lineDrafts({ ...then, text: ' What could ' }, 'heard')).toEqual([
      {
        kind: 'script.written',
        item_key: 'heard',
        payload: { text: 'What could', speaker: 'S' },
        occurred_at: then.occurred_at,
      },
    ]);
    expect(lineDrafts({ ...typed, text: ' ' }, 'heard')).toEqual([]);
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
