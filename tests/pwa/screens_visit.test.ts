import { signal } from '@preact/signals';
import { describe, expect, test, vi } from 'vitest';
import type { MadeEntry } from '../../pwa/src/entry/entry.ts';
import type { LogChange, LoggedEntry } from '../../pwa/src/log/log.ts';
import { openComposer } from '../../pwa/src/review/composer/composer_state.ts';
import type { Device } from '../../pwa/src/ui/device.ts';
import { EMPTY_DIRECTORY } from '../../pwa/src/ui/directory.ts';
import { openVisit } from '../../pwa/src/ui/visit.ts';
import { madeEntry, startedEntry } from './screens_entries.ts';

/** A log whose disk can be slow or full. */
function diskOf(entries = [startedEntry({})]) {
  let rows: LoggedEntry[] = [];
  let listener: (change: LogChange) => void = () => undefined;
  const disk = {
    is_full: false,
    written: Promise.resolve(),
    announce: (what: LogChange['what']) => listener({ what, subject_ids: null }),
    check() {
      rows = rows.map((one) => ({ ...one, state: 'check' as const }));
      disk.announce('acknowledged');
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
    async append(made: MadeEntry[]) {
      await disk.written;
      if (disk.is_full) throw new Error('full');
      const added = made.map(logged);
      rows = [...rows, ...added];
      return added;
    },
    subscribe(heard: typeof listener) {
      listener = heard;
      return () => undefined;
    },
  };
  const device = {
    session: { person_id: 'coach' },
    log,
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
