import { signal } from '@preact/signals';
import { describe, expect, test, vi } from 'vitest';
import type { MadeEntry } from '../../pwa/src/entry/entry.ts';
import type { DeviceLog, LogChange, LoggedEntry } from '../../pwa/src/log/log.ts';
import { openComposer } from '../../pwa/src/review/composer/composer_state.ts';
import type { Device } from '../../pwa/src/visits/device.ts';
import { EMPTY_DIRECTORY } from '../../pwa/src/visits/directory.ts';
import { openVisit } from '../../pwa/src/visits/visit.ts';
import { has_unsaved, openWriting } from '../../pwa/src/visits/writing.ts';
import { madeEntry, startedEntry } from './screens_entries.ts';

/** A log whose disk can be slow or full. */
function diskOf(entries = [startedEntry({})]) {
  let rows: LoggedEntry[] = [];
  const listeners = new Set<(change: LogChange) => void>();
  const disk = {
    is_full: false,
    is_withdrawn: false,
    written: Promise.resolve(),
    announce: (what: LogChange['what'], from: LogChange['from'] = 'elsewhere') => {
      for (const heard of [...listeners]) heard({ what, subject_ids: null, from });
    },
    check() {
      rows = rows.map((one) => ({ ...one, state: 'check' as const }));
      disk.announce('acknowledged');
    },
    /** She may read it no more, and the log hides it. */
    withdraw() {
      disk.is_withdrawn = true;
      rows = [];
      disk.announce('received');
    },
    arrive(made: MadeEntry[]) {
      rows = [...rows, ...made.map(logged)];
    },
  };
  const logged = (made: MadeEntry): LoggedEntry => ({
    stream_id: 's',
    stream_seq: rows.length + 1,
    body: made.body,
    entry: made.entry,
    state: 'dot',
    is_own: true,
  });
  disk.arrive(entries.map((entry) => ({ entry, body: JSON.stringify(entry) })));
  const log = {
    entriesOf: async () => [...rows],
    perform: async () => disk.is_withdrawn,
    async append(made: MadeEntry[]) {
      await disk.written;
      if (disk.is_full) throw new Error('full');
      const added = made.map(logged);
      rows = [...rows, ...added];
      return added;
    },
    subscribe(heard: (change: LogChange) => void) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
  };
  const device = {
    session: { person_id: 'coach' },
    log,
    writing: openWriting(log as unknown as DeviceLog),
    directory: signal(EMPTY_DIRECTORY),
  } as unknown as Device;
  return { disk, device };
}

const mark = { kind: 'item.marked', item_key: 'goal', payload: {} };

describe('a visit on the screen', () => {
  test('shows a ring at once and a dot only when the disk has it', async () => {
    const { disk, device } = diskOf();
    let written: () => void = () => undefined;
    disk.written = new Promise((resolve) => {
      written = resolve;
    });
    const visit = await openVisit(device, 'visit');
    const { saved } = visit.record(mark);
    expect(visit.entries.value.at(-1)?.state).toBe('ring');
    expect(visit.view.value.timeline).toHaveLength(1);
    await Promise.resolve();
    expect(visit.entries.value.at(-1)?.state).toBe('ring');
    written();
    expect(await saved).toBe(true);
    expect(visit.entries.value.at(-1)?.state).toBe('dot');
    visit.close();
  });

  test('is not folded anew when a ring becomes a dot', async () => {
    const visit = await openVisit(diskOf().device, 'visit');
    const { saved } = visit.record(mark);
    const { view } = visit;
    const shown = view.value;
    await saved;
    expect(visit.entries.value.at(-1)?.state).toBe('dot');
    expect(view.value).toBe(shown);
    visit.close();
  });

  test('leaves every other item as it was', async () => {
    const visit = await openVisit(diskOf().device, 'visit');
    await visit.record(mark).saved;
    const { goal } = visit.view.value.items;
    await visit.record({ ...mark, item_key: 'model' }).saved;
    expect(visit.view.value.items.model).toMatchObject({ seen: 1 });
    expect(visit.view.value.items.goal).toBe(goal);
    await visit.record(mark).saved;
    expect(visit.view.value.items.goal).toMatchObject({ seen: 2 });
    visit.close();
  });

  test('a mark that could not be written never gets a dot, and is written when tried again', async () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { disk, device } = diskOf();
    const visit = await openVisit(device, 'visit');
    disk.is_full = true;
    expect(await visit.record(mark).saved).toBe(false);
    expect(visit.entries.value.at(-1)?.state).toBe('unsaved');
    expect(visit.unsaved.value).toHaveLength(1);
    const entry_id = visit.unsaved.value[0]?.entry.entry_id;
    disk.is_full = false;
    expect(await visit.tryAgain()).toBe(true);
    expect(visit.entries.value.at(-1)).toMatchObject({ state: 'dot', entry: { entry_id } });
    expect(visit.unsaved.value).toEqual([]);
    expect(complaint).toHaveBeenCalled();
    complaint.mockRestore();
  });

  test('a mark that is on no disk is still there when the visit is left and opened again', async () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { disk, device } = diskOf();
    const visit = await openVisit(device, 'visit');
    disk.is_full = true;
    await visit.record(mark).saved;
    visit.close();
    expect(has_unsaved(device.writing)).toBe(true);
    expect(has_unsaved(device.writing, 'another visit')).toBe(false);
    const again = await openVisit(device, 'visit');
    expect(again.unsaved.value).toHaveLength(1);
    expect(again.entries.value.at(-1)?.state).toBe('unsaved');
    disk.is_full = false;
    expect(await device.writing.tryAgain()).toBe(true);
    expect(again.entries.value.map((one) => one.state)).toEqual(['dot', 'dot']);
    expect(has_unsaved(device.writing)).toBe(false);
    complaint.mockRestore();
  });

  test('what another tab writes while this one writes or opens is not missed', async () => {
    vi.useFakeTimers();
    const { disk, device } = diskOf();
    const there = (salt: string) => {
      const entry = madeEntry({ salt });
      disk.arrive([{ entry, body: JSON.stringify(entry) }]);
      disk.announce('appended', 'elsewhere');
    };
    const read = device.log.entriesOf;
    vi.spyOn(device.log, 'entriesOf').mockImplementationOnce(async (id) => {
      const before = await read(id);
      there('while it opens');
      return before;
    });
    const visit = await openVisit(device, 'visit');
    await vi.advanceTimersByTimeAsync(500);
    expect(visit.view.value.timeline).toHaveLength(1);
    let written: () => void = () => undefined;
    disk.written = new Promise((resolve) => {
      written = resolve;
    });
    const { saved } = visit.record(mark);
    there('while it writes');
    written();
    await saved;
    await vi.advanceTimersByTimeAsync(500);
    expect(visit.view.value.timeline).toHaveLength(3);
    vi.useRealTimers();
  });

  test('a log that cannot be read is said aloud, not an empty visit', async () => {
    const { device } = diskOf();
    vi.spyOn(device.log, 'entriesOf').mockRejectedValueOnce(new Error('gone'));
    await expect(openVisit(device, 'visit')).rejects.toThrow('gone');
    expect((await openVisit(device, 'visit')).view.value.status).toBe('capturing');
  });

  test('dots become checks when the server has them', async () => {
    vi.useFakeTimers();
    const { disk, device } = diskOf();
    const visit = await openVisit(device, 'visit');
    await visit.record(mark).saved;
    disk.check();
    await vi.advanceTimersByTimeAsync(500);
    expect(visit.entries.value.map((one) => one.state)).toEqual(['check', 'check']);
    vi.useRealTimers();
  });

  test('stays on the screen when it is withdrawn under way, and takes every further tap', async () => {
    vi.useFakeTimers();
    const { disk, device } = diskOf();
    const visit = await openVisit(device, 'visit');
    await visit.record(mark).saved;
    expect(visit.is_withdrawn.value).toBe(false);
    disk.withdraw();
    await vi.advanceTimersByTimeAsync(500);
    expect(visit.is_withdrawn.value).toBe(true);
    expect(visit.view.value.timeline).toHaveLength(1);
    expect(await visit.record(mark).saved).toBe(true);
    expect(visit.entries.value.at(-1)?.state).toBe('dot');
    expect(visit.view.value).toMatchObject({ status: 'capturing', items: { goal: { seen: 2 } } });
    vi.useRealTimers();
  });

  test('leaves the screen when it is withdrawn once it is finished', async () => {
    vi.useFakeTimers();
    const finish = madeEntry({ kind: 'observation.finished', item_key: null });
    const { disk, device } = diskOf([startedEntry({}), madeEntry(), finish]);
    const visit = await openVisit(device, 'visit');
    disk.withdraw();
    await vi.advanceTimersByTimeAsync(500);
    expect(visit.entries.value).toEqual([]);
    expect(visit.view.value.status).toBe('unknown');
    vi.useRealTimers();
  });

  test('a mark does not flicker away while the log is read anew', async () => {
    vi.useFakeTimers();
    const { disk, device } = diskOf();
    const visit = await openVisit(device, 'visit');
    const read = device.log.entriesOf;
    device.log.entriesOf = async (id: string) => {
      const before = await read(id);
      await visit.record(mark).saved;
      return before;
    };
    disk.announce('received');
    await vi.advanceTimersByTimeAsync(500);
    expect(visit.view.value.timeline).toHaveLength(1);
    vi.useRealTimers();
  });
});

describe('the composer', () => {
  const step = {
    text: 'Wait.',
    try_when: '',
    see_hear: '',
    students_will: '',
    rehearsal: '',
    look_again_on: null,
  };

  test('writes a field after two seconds of pause, once', async () => {
    vi.useFakeTimers();
    const visit = await openVisit(diskOf().device, 'visit');
    const composer = openComposer(visit);
    composer.change({ step: { ...step, text: 'Wai' } });
    composer.change({ step });
    expect(visit.view.value.drafts).toEqual({});
    await vi.advanceTimersByTimeAsync(2100);
    expect(visit.view.value.drafts.step?.versions.map((one) => one.value)).toEqual([step]);
    expect(Object.keys(visit.view.value.drafts)).toEqual(['step']);
    vi.useRealTimers();
  });

  test('a later text replaces the earlier one, so that one version stands', async () => {
    const visit = await openVisit(diskOf().device, 'visit');
    const composer = openComposer(visit);
    composer.change({ questions: ['One?'] });
    composer.saveNow();
    composer.change({ questions: ['One?', 'Two?'] });
    composer.saveNow();
    expect(visit.view.value.drafts.questions?.versions.map((one) => one.value)).toEqual([
      ['One?', 'Two?'],
    ]);
  });

  test('is as it was after a reload', async () => {
    const { device } = diskOf();
    const visit = await openVisit(device, 'visit');
    const composer = openComposer(visit);
    composer.change({ step, questions: ['One?'] });
    composer.close();
    await Promise.resolve();
    const again = openComposer(await openVisit(device, 'visit'));
    expect(again.draft.value).toMatchObject({ step, questions: ['One?'] });
  });

  test('leaving a field that was not touched writes nothing', async () => {
    const visit = await openVisit(diskOf().device, 'visit');
    openComposer(visit).saveNow();
    expect(visit.entries.value).toHaveLength(1);
  });

  test('what another tablet wrote does not overwrite the text on the screen: both versions stand', async () => {
    vi.useFakeTimers();
    const { device, disk } = diskOf();
    const visit = await openVisit(device, 'visit');
    const composer = openComposer(visit);
    composer.change({ questions: ['Here?'] });
    composer.saveNow();
    const there = madeEntry({
      kind: 'draft.written',
      item_key: 'questions',
      payload: { value: ['There?'] },
    });
    disk.arrive([{ entry: there, body: JSON.stringify(there) }]);
    disk.announce('received');
    await vi.advanceTimersByTimeAsync(500);
    expect(visit.view.value.drafts.questions?.versions).toHaveLength(2);
    expect(composer.draft.value.questions).toEqual(['Here?']);
    vi.useRealTimers();
  });

  test('what another tablet wrote is taken over where this one has written nothing', async () => {
    vi.useFakeTimers();
    const { device, disk } = diskOf();
    const composer = openComposer(await openVisit(device, 'visit'));
    const there = madeEntry({
      kind: 'draft.written',
      item_key: 'questions',
      payload: { value: ['There?'] },
    });
    disk.arrive([{ entry: there, body: JSON.stringify(there) }]);
    disk.announce('received');
    await vi.advanceTimersByTimeAsync(500);
    expect(composer.draft.value.questions).toEqual(['There?']);
    vi.useRealTimers();
  });
});
