import { describe, expect, test } from 'vitest';
import type { MadeEntry } from '../../pwa/src/entry/entry.ts';
import { can_be_entered_again } from '../../pwa/src/home/waiting/again.ts';
import { piecesOf, waitingVisits } from '../../pwa/src/home/waiting/pieces.ts';
import {
  beginSending,
  followSending,
  outcomeOf,
  progressOf,
} from '../../pwa/src/home/waiting/sending.ts';
import type { LoggedEntry } from '../../pwa/src/log/log.ts';
import { ROOM_FOR_MARKS_BYTES } from '../../pwa/src/log/space.ts';
import { came_late } from '../../pwa/src/review/timeline/late.ts';
import { is_clock_off, type SyncStatus } from '../../pwa/src/sync/status.ts';
import { clockText, contactText, waitingReason } from '../../pwa/src/ui/sync_words.ts';
import { shortDuration } from '../../pwa/src/ui/times.ts';
import { troublesOf } from '../../pwa/src/ui/trouble.ts';
import { openKeeping, type Room, roomLeft } from '../../pwa/src/visits/keeping.ts';
import { countMarks, leastSafe } from '../../pwa/src/visits/mark_state.ts';
import { summarizeVisit, type VisitSummary } from '../../pwa/src/visits/visits.ts';
import { madeEntry, startedEntry } from './screens_entries.ts';

const now_ms = Date.parse('2026-11-12T15:00:00.000Z');
const minutesAgo = (n: number) => new Date(now_ms - n * 60_000).toISOString();
const MB = 1_000_000;

function status(said: Partial<SyncStatus> = {}): SyncStatus {
  return {
    ...{ on_tablet: 0, sent: 0, set_aside: 0, oldest_unsent_at: null },
    ...{ photos_waiting: 0, photo_bytes_waiting: 0, counted: 'counted', network: 'online' },
    ...{ since: minutesAgo(60), last_contact_at: null, is_sending: false, attention: null },
    ...{ clock_behind_ms: null },
    ...said,
  } as SyncStatus;
}

function troubles(said: Partial<Parameters<typeof troublesOf>[0]> = {}) {
  const calm = { status: status(), only_in_journal: 0, room: null, set_aside: 0, now_ms };
  return troublesOf({ ...calm, ...said });
}

const room = (free_bytes: number | null, has_reserve: boolean | null = true): Room => ({
  ...{ is_persisted: true, free_bytes, has_reserve },
});

test('why it waits is said of one as of one', () => {
  const reason = (on_tablet: number, network: SyncStatus['network']) =>
    waitingReason(status({ on_tablet, network }), now_ms);
  expect(reason(1, 'offline')).toBe('It goes out by itself when there is a network.');
  expect(reason(2, 'offline')).toBe('They go out by themselves when there is a network.');
  expect(reason(1, 'online')).toBe('It is going out now.');
});

describe('what turns itself visible on every screen', () => {
  test('nothing, as long as all is well, and nothing without a network', () => {
    expect(troubles()).toEqual([]);
    const away = status({ network: 'offline', on_tablet: 3, oldest_unsent_at: minutesAgo(90) });
    expect(troubles({ status: away })).toEqual([]);
  });

  test('a queue that stands still, with how long and the server’s own word', () => {
    const stalled = status({
      ...{ on_tablet: 3, oldest_unsent_at: minutesAgo(12) },
      attention: { code: 'server-trouble', text: null },
    });
    const [trouble] = troubles({ status: stalled });
    expect(trouble?.line).toBe('not sent for 12 minutes: why');
    expect(trouble?.text).toContain('The server is busy');
  });

  test('what was set aside: how many', () => {
    expect(troubles({ set_aside: 3 })[0]?.line).toBe('3 entries need attention: why');
    expect(troubles({ set_aside: 1 })[0]?.line).toBe('1 entry needs attention: why');
  });

  test('a store that refuses comes first', () => {
    const codes = troubles({ only_in_journal: 2, set_aside: 1, room: room(5 * MB, false) }).map(
      ({ code }) => code,
    );
    expect(codes).toEqual(['journal', 'full', 'set_aside']);
  });

  test('a server that refuses needs somebody; one that is busy is only tried again', () => {
    const told = (code: 'refused' | 'server-trouble') =>
      troubles({ status: status({ attention: { code, text: 'Why.' } }) }).map((one) => one.code);
    expect(told('refused')).toEqual(['attention']);
    expect(told('server-trouble')).toEqual([]);
  });
});

describe('room on the tablet', () => {
  test('is said before it is full', () => {
    expect(roomLeft(room(ROOM_FOR_MARKS_BYTES))).toBe('enough');
    expect(roomLeft(room(99 * MB))).toBe('low');
    expect(roomLeft(room(99 * MB, false))).toBe('full');
    expect(roomLeft(room(null))).toBe('enough');
    expect(troubles({ room: room(42 * MB) })[0]?.title).toContain('room for 42 MB');
  });

  test('a browser that keeps no reserve has not given it up', () => {
    expect(roomLeft(room(50 * MB, null))).toBe('low');
    expect(roomLeft(room(900 * MB, false))).toBe('enough');
  });
});

describe('an entry that the second journal alone keeps', () => {
  const made: MadeEntry = { entry: madeEntry(), body: '' };
  const kept = (stream_seq: number): LoggedEntry => ({
    ...{ stream_id: '', stream_seq, body: '', entry: made.entry },
    ...{ state: 'dot', is_own: true },
  });

  test('is counted on every screen, until the log has taken it', async () => {
    let in_journal = 1;
    let written: (rows: readonly LoggedEntry[]) => void = () => undefined;
    let changed: () => void = () => undefined;
    const log = {
      perform: async () => in_journal,
      subscribe(heard: () => void) {
        changed = heard;
        return () => undefined;
      },
    };
    const writing = {
      unsaved: { subscribe: () => () => undefined },
      whenWritten(heard: typeof written) {
        written = heard;
        return () => undefined;
      },
    };
    const keeping = openKeeping(
      log as unknown as Parameters<typeof openKeeping>[0],
      writing as unknown as Parameters<typeof openKeeping>[1],
    );
    written([kept(4)]);
    expect(keeping.only_in_journal.value).toBe(0);
    written([kept(0)]);
    expect(keeping.only_in_journal.value).toBe(1);
    in_journal = 0;
    changed();
    await Promise.resolve();
    expect(keeping.only_in_journal.value).toBe(0);
    keeping.close();
  });

  test('is on this tablet only, and less safe than a dot', () => {
    const shown = [{ entry: made.entry, state: 'journal' as const, is_own: true }];
    expect(countMarks(shown)).toMatchObject({ on_tablet: 1, sent: 0 });
    expect(leastSafe(['check', 'dot', 'journal'])).toBe('journal');
  });
});

describe('"Send now"', () => {
  const waiting = status({ on_tablet: 10, photos_waiting: 2 });

  test('says how far it is and how long it may take', () => {
    const sending = beginSending(waiting, now_ms - 30_000);
    const half = status({ on_tablet: 4, photos_waiting: 2, is_sending: true });
    expect(progressOf(sending, half, now_ms)).toEqual({ n: 6, of: 12, left_ms: 30_000 });
    expect(progressOf(sending, waiting, now_ms).left_ms).toBeNull();
  });

  test('is over when the round that it began has ended, not before', () => {
    let sending = followSending(beginSending(waiting, now_ms), waiting);
    expect(sending.is_over).toBe(false);
    sending = followSending(sending, { ...waiting, is_sending: true });
    expect(sending.is_over).toBe(false);
    sending = followSending(sending, status());
    expect(sending.is_over).toBe(true);
  });

  test('counts what is tapped meanwhile', () => {
    const more = status({ on_tablet: 15, is_sending: true });
    const sending = followSending(beginSending(waiting, now_ms), more);
    expect(progressOf(sending, more, now_ms)).toMatchObject({ n: 0, of: 15 });
  });

  test('says what came of it', () => {
    expect(outcomeOf(status())).toBe('all_sent');
    expect(outcomeOf({ ...waiting, network: 'offline' })).toBe('offline');
    expect(outcomeOf({ ...waiting, network: 'sign-in' })).toBe('sign_in');
    expect(outcomeOf(waiting)).toBe('some_left');
  });
});

describe('what waits, visit by visit', () => {
  const logged = (entry: LoggedEntry['entry']): LoggedEntry => ({
    ...{ stream_id: 's', stream_seq: 1, body: '', entry, state: 'dot', is_own: true },
  });

  test('says how many marks, photos and other entries', () => {
    const photo = madeEntry({ kind: 'photo.taken', payload: { sha256: 'a', alt: '' } });
    const visit = summarizeVisit([startedEntry({}), madeEntry(), madeEntry(), photo].map(logged));
    expect(piecesOf(visit as VisitSummary)).toEqual(['2 marks', '1 photo', '1 other entry']);
  });

  test('shows the oldest first, and only what waits', () => {
    const visit = (oldest_waiting_at: string | null, waiting = 1) =>
      ({ oldest_waiting_at, waiting, started_at: minutesAgo(500) }) as VisitSummary;
    const [late, early, sent] = [visit(minutesAgo(5)), visit(minutesAgo(50)), visit(null, 0)];
    expect(waitingVisits([late, sent, early])).toEqual([early, late]);
  });
});

describe('clocks', () => {
  test('an offset of more than two minutes is said in plain words, with its direction', () => {
    expect(is_clock_off({ clock_behind_ms: 120_000 })).toBe(false);
    expect(is_clock_off({ clock_behind_ms: -120_001 })).toBe(true);
    expect(clockText(status())).toBeNull();
    expect(clockText(status({ clock_behind_ms: 360_000 }))).toContain('6 minutes behind');
    expect(clockText(status({ clock_behind_ms: -7_300_000 }))).toContain('2 hours ahead');
  });

  test('the age of the oldest fits a status line', () => {
    const short = [20_000, 180_000, 3 * 3_600_000, 5 * 86_400_000].map(shortDuration);
    expect(short).toEqual(['under 1 min', '3 min', '3 h', '5 days']);
  });

  test('the last contact is said, or that there was none', () => {
    expect(contactText(status())).toBe('This tablet has not reached the server yet.');
    expect(contactText(status({ last_contact_at: '2020-01-02T12:00:00.000Z' }))).toContain('2020');
  });
});

describe('what needs attention', () => {
  test('is entered again where that helps', () => {
    expect(can_be_entered_again('lost-on-device')).toBe(true);
    expect(can_be_entered_again('payload-wrong')).toBe(true);
    expect(can_be_entered_again('entry-unknown')).toBe(false);
    expect(can_be_entered_again('already-shared')).toBe(false);
  });

  test('a line that its author adds later is not one that came late', () => {
    expect(came_late({ is_late: true, is_added_later: false })).toBe(true);
    expect(came_late({ is_late: true, is_added_later: true })).toBe(false);
    expect(came_late({ is_late: false, is_added_later: false })).toBe(false);
  });
});
