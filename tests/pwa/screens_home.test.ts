import { h } from 'preact';
import { describe, expect, test, vi } from 'vitest';
import { notVisitedLately } from '../../pwa/src/home/caseload.ts';
import { Recent } from '../../pwa/src/home/recent.tsx';
import {
  defaultChoice,
  searchPeople,
  startedPayload,
  teachersByRecency,
} from '../../pwa/src/home/start/start_choices.ts';
import type { LoggedEntry } from '../../pwa/src/log/log.ts';
import type { Protocol } from '../../pwa/src/protocol/protocol.ts';
import { readRoute } from '../../pwa/src/ui/routes.ts';
import {
  clockTime,
  daysBetween,
  duration,
  longDay,
  nearDay,
  shortDay,
  stopwatch,
} from '../../pwa/src/ui/times.ts';
import { correctionOf, is_complete } from '../../pwa/src/visits/correction.ts';
import type { Device } from '../../pwa/src/visits/device.ts';
import { DeviceContext } from '../../pwa/src/visits/device_context.ts';
import { type Directory, newestProtocols } from '../../pwa/src/visits/directory.ts';
import { summarizeVisit, type VisitSummary } from '../../pwa/src/visits/visits.ts';
import { channelsFor, peopleToObserve } from '../../pwa/src/visits/whom_to_observe.ts';
import { show } from './page.ts';
import { madeEntry, startedEntry } from './screens_entries.ts';

const coach = { person_id: 'lee', roles: ['coach'], tenant_id: 't' };
const principal = { person_id: 'park', roles: ['principal'], tenant_id: 't' };

function protocol(
  slug: string,
  version: string,
  channels: Protocol['channels'] = ['coaching', 'walkthrough'],
) {
  return { slug, version, hash: `h-${version}`, document: { title: slug, channels } as Protocol };
}

const directory: Directory = {
  people: ['rivera', 'okafor', 'tran', 'lee', 'park'].map((person_id) => ({
    person_id,
    display_name: person_id,
    roles: [],
  })),
  schools: [{ school_id: 's', name: 'S' }],
  classes: ['rivera', 'okafor', 'tran'].map((teacher_id, at) => ({
    class_id: `c-${teacher_id}`,
    school_id: 's',
    title: `class of ${teacher_id}`,
    grade: null,
    subject: null,
    room: null,
    head_count: 20 + at,
    teacher_id,
  })),
  pairings: ['rivera', 'okafor'].map((teacher_id) => ({
    pairing_id: `pair-${teacher_id}`,
    coach_id: 'lee',
    teacher_id,
  })),
  protocols: [protocol('lesson-clarity', '1.0.0'), protocol('engagement-sweep', '1.0.0')],
};

function visit(
  observed_id: string,
  started_at: string,
  said: Record<string, unknown> = {},
): VisitSummary {
  const entry = {
    ...startedEntry({ observed_id, class_id: `c-${observed_id}`, ...said }),
    author_id: 'lee',
  };
  return summarizeVisit([
    logged({ ...entry, occurred_at: started_at, subject_id: started_at }),
  ]) as VisitSummary;
}

function logged(entry: LoggedEntry['entry'], state: LoggedEntry['state'] = 'dot'): LoggedEntry {
  const set_aside =
    state === 'set_aside' ? { set_aside: { code: 'c', text: 'The step is too long.' } } : {};
  return { stream_id: 's', stream_seq: 1, body: '', entry, state, is_own: true, ...set_aside };
}

describe('whom one can visit', () => {
  test('a coach: those she is paired with, for coaching', () => {
    expect(peopleToObserve(directory, coach, 'coaching').map((one) => one.person_id)).toEqual([
      'okafor',
      'rivera',
    ]);
    expect(peopleToObserve(directory, coach, 'walkthrough')).toEqual([]);
    expect(channelsFor(directory, coach, 'rivera')).toEqual(['coaching']);
  });

  test('a principal: every teacher of her schools, for walkthroughs', () => {
    expect(peopleToObserve(directory, principal, 'coaching')).toEqual([]);
    expect(peopleToObserve(directory, principal, 'walkthrough')).toHaveLength(3);
  });

  test('a teacher: nobody', () => {
    expect(teachersByRecency(directory, { person_id: 'tran', roles: ['teacher'] }, [])).toEqual([]);
  });

  test('those visited last come first', () => {
    const visits = [visit('rivera', '2026-11-12T09:00:00.000-05:00')];
    expect(teachersByRecency(directory, coach, visits).map((one) => one.person_id)).toEqual([
      'rivera',
      'okafor',
    ]);
  });

  test('a search finds without accents and in any order', () => {
    const people = [{ person_id: 'a', display_name: 'Mr José Núñez', roles: [] }];
    expect(searchPeople(people, 'nunez jose')).toHaveLength(1);
    expect(searchPeople(people, 'silva')).toHaveLength(0);
  });
});

describe('starting a visit', () => {
  test('is ready to begin without a choice: three taps from Today to the first mark', () => {
    const choice = defaultChoice(directory, coach, [], 'rivera');
    expect(choice).toMatchObject({
      class_id: 'c-rivera',
      channel: 'coaching',
      students_present: 20,
    });
    expect(startedPayload(choice, directory, coach, 'Coaching')).toMatchObject({
      observed_id: 'rivera',
      school_id: 's',
      pairing_id: 'pair-rivera',
      protocol_version: '1.0.0',
      students_present: 20,
    });
  });

  test('proposes the protocol and the look-fors of the last visit to that teacher', () => {
    const visits = [
      visit('okafor', '2026-11-12T09:00:00.000-05:00', { protocol_slug: 'lesson-clarity' }),
      visit('rivera', '2026-11-10T09:00:00.000-05:00', {
        protocol_slug: 'engagement-sweep',
        agreed_items: ['x'],
      }),
    ];
    expect(defaultChoice(directory, coach, visits, 'rivera')).toMatchObject({
      protocol_slug: 'engagement-sweep',
      agreed_items: ['x'],
    });
  });

  test('a walkthrough names no pairing', () => {
    const choice = defaultChoice(directory, principal, [], 'tran');
    expect(startedPayload(choice, directory, principal, 'Walkthrough')).toMatchObject({
      channel: 'walkthrough',
      pairing_id: null,
    });
  });

  test('does not begin without a class', () => {
    const bare = { ...directory, classes: [] };
    expect(startedPayload(defaultChoice(bare, coach, [], 'rivera'), bare, coach, 'p')).toBeNull();
  });

  test('offers the newest version of a protocol only', () => {
    const rows = [protocol('p', '1.9.0'), protocol('p', '1.10.0'), protocol('p', '1.2.0')];
    expect(newestProtocols({ ...directory, protocols: rows }).map((row) => row.version)).toEqual([
      '1.10.0',
    ]);
  });
});

describe('not visited in thirty days', () => {
  const now = '2026-11-12T15:00:00.000-05:00';

  test('lists who was never visited, then the longest ago', () => {
    const visits = [visit('rivera', '2026-10-13T09:00:00.000-04:00')];
    const lines = notVisitedLately(directory, coach, visits, now);
    expect(
      lines.map((one) => [one.person.person_id, one.last_visit_at?.slice(0, 10) ?? null]),
    ).toEqual([
      ['okafor', null],
      ['rivera', '2026-10-13'],
    ]);
  });

  test('leaves out who was visited twenty-nine days ago, by oneself', () => {
    const own = visit('rivera', '2026-10-14T09:00:00.000-04:00');
    const anothers = { ...visit('okafor', '2026-11-11T09:00:00.000-05:00'), observer_id: 'other' };
    const lines = notVisitedLately(directory, coach, [own, anothers], now);
    expect(lines.map((one) => one.person.person_id)).toEqual(['okafor']);
  });
});

describe('a visit in the list', () => {
  const started = startedEntry({});
  const share = (version: number) =>
    madeEntry({
      kind: 'feedback.shared',
      item_key: null,
      payload: { version, strengths: [], evidence: [] },
    });

  test('says why feedback did not reach the teacher', () => {
    const returned = summarizeVisit([logged(started), logged(share(1), 'set_aside')]);
    expect(returned?.not_shared_because).toBe('The step is too long.');
  });

  test('is no longer returned when a later version went out', () => {
    const shared = summarizeVisit([
      logged(started),
      logged(share(1), 'set_aside'),
      logged(share(2), 'check'),
    ]);
    expect(shared?.not_shared_because).toBeNull();
  });

  test('that is shared on this tablet only says so beside its dot until the server has it', () => {
    const listed = (state: LoggedEntry['state']) => {
      const visit = summarizeVisit([logged(started, 'check'), logged(share(1), state)]);
      const value = { directory: { value: directory } } as unknown as Device;
      const visits = [visit as VisitSummary];
      return show(h(DeviceContext.Provider, { value }, h(Recent, { visits }))).text();
    };
    expect(listed('dot')).toContain('version 1on this tablet waiting to be sent');
    expect(listed('check')).toContain('version 1');
    expect(listed('check')).not.toContain('waiting');
    vi.unstubAllGlobals();
  });

  test('older ones that were shared are a tap away', async () => {
    const visits = Array.from(
      { length: 10 },
      (_, n) =>
        summarizeVisit(
          [startedEntry({}), share(1)].map((entry) =>
            logged({ ...entry, subject_id: `v${n}` }, 'check'),
          ),
        ) as VisitSummary,
    );
    const value = { directory: { value: directory } } as unknown as Device;
    const screen = show(h(DeviceContext.Provider, { value }, h(Recent, { visits })));
    const count = () => screen.text().split('version 1').length - 1;
    expect(count()).toBe(8);
    await screen.press('Show all 10');
    expect(count()).toBe(10);
    expect(screen.has('Show all 10')).toBe(false);
    vi.unstubAllGlobals();
  });

  test('counts what is on this tablet only, since when', () => {
    const early = madeEntry({ entered_at: '2026-11-12T09:04:00.000-05:00' });
    const visit = summarizeVisit([logged(started, 'check'), logged(early), logged(madeEntry())]);
    expect(visit).toMatchObject({
      waiting: 2,
      oldest_waiting_at: early.entered_at,
      marks: 2,
      state: 'dot',
    });
  });
});

describe('putting teacher and class right', () => {
  const started = startedEntry({});
  const shown = [{ entry: started, state: 'dot' as const, is_own: true }];
  const context = {
    school_id: 's',
    class_id: 'c-rivera',
    observed_id: 'rivera',
    pairing_id: 'pair-rivera',
    channel: 'coaching',
    students_present: 20,
  };
  const visit = {
    view: { value: { context, context_conflicts: [] as string[] } },
    entries: { value: shown },
  } as unknown as Parameters<typeof correctionOf>[1];
  const chosen = { observed_id: 'rivera', class_id: 'c-rivera', students_present: 20 };

  test('says only what changed, with the pairing that goes with the teacher', () => {
    const other = { observed_id: 'okafor', class_id: 'c-okafor', students_present: 20 };
    expect(correctionOf(other, visit, directory, 'lee', 'why')).toEqual({
      kind: 'observation.corrected',
      payload: {
        observed_id: 'okafor',
        class_id: 'c-okafor',
        pairing_id: 'pair-okafor',
        reason: 'why',
      },
      replaces: [started.entry_id],
    });
  });

  test('cannot be saved for a teacher without a class, or with the class of another', () => {
    expect(is_complete(chosen, directory)).toBe(true);
    expect(is_complete({ ...chosen, class_id: '' }, directory)).toBe(false);
    expect(is_complete({ ...chosen, class_id: 'c-okafor' }, directory)).toBe(false);
  });

  test('says nothing where nothing changed', () => {
    expect(correctionOf(chosen, visit, directory, 'lee', 'why')).toBeNull();
  });

  test('settles two versions even with the one that is shown', () => {
    visit.view.value.context_conflicts.push('class_id');
    expect(correctionOf(chosen, visit, directory, 'lee', 'why')?.payload).toEqual({
      class_id: 'c-rivera',
      reason: 'why',
    });
  });
});

describe('times and places', () => {
  test('a time is shown as the clock on the wall said it, wherever it is read', () => {
    expect(clockTime('2026-11-12T09:05:12.345-05:00')).toBe('9:05 am');
    expect(clockTime('2026-11-12T13:00:00.000+09:00')).toBe('1:00 pm');
  });

  test('days are named as on the notes', () => {
    const now = '2026-11-12T15:00:00.000-05:00';
    expect(longDay('2026-11-12')).toBe('Thursday 12 November');
    expect(shortDay('2025-10-06', now)).toBe('6 October 2025');
    expect(nearDay('2026-11-11T23:59:00.000-05:00', now)).toBe('yesterday');
    expect(daysBetween('2026-11-01T23:00:00.000-04:00', '2026-11-02T01:00:00.000-05:00')).toBe(1);
  });

  test('durations are said in words that fit', () => {
    expect([20_000, 60_000, 43 * 60_000, 3 * 3_600_000, 5 * 86_400_000].map(duration)).toEqual([
      'under a minute',
      '1 minute',
      '43 minutes',
      '3 hours',
      '5 days',
    ]);
    expect([0, 767_000, 3_767_000].map(stopwatch)).toEqual(['0:00', '12:47', '1:02:47']);
  });

  test('addresses lead to their screens, unknown ones to Today', () => {
    expect(readRoute('#/capture/v1')).toEqual({ screen: 'capture', observation_id: 'v1' });
    expect(readRoute('#/start/rivera')).toEqual({ screen: 'start', teacher_id: 'rivera' });
    expect(readRoute('#/capture')).toEqual({ screen: 'today' });
    expect(readRoute('')).toEqual({ screen: 'today' });
  });
});
