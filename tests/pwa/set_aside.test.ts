import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../pwa/src/entry/entry.ts';
import type { LoggedEntry, SetAside } from '../../pwa/src/log/log.ts';
import { fold } from '../../pwa/src/observation/fold.ts';
import type { ObservationView } from '../../pwa/src/observation/view.ts';
import type { Protocol } from '../../pwa/src/protocol/protocol.ts';
import { nextVersion } from '../../pwa/src/review/composer_rules.ts';
import { returnedFeedback, type ShownEntry, standing } from '../../pwa/src/visits/mark_state.ts';
import { summarizeVisit } from '../../pwa/src/visits/visits.ts';
import { madeEntry, startedEntry } from './screens_entries.ts';

const wire = JSON.parse(
  readFileSync(new URL('../wire/set-aside.json', import.meta.url), 'utf-8'),
) as {
  protocol: Protocol;
  log: { entry: Entry; set_aside: SetAside | null }[];
  view: ObservationView;
};

function logged(entry: Entry, set_aside: SetAside | null): LoggedEntry {
  const place = { stream_id: 's', stream_seq: 1, body: '', entry, is_own: true };
  return set_aside ? { ...place, state: 'set_aside', set_aside } : { ...place, state: 'check' };
}

const all = wire.log.map(({ entry, set_aside }) => logged(entry, set_aside));
const why: SetAside = { code: 'c', text: 'Why.' };

describe('with something set aside', () => {
  test('the tablet tells the story that the server tells', () => {
    expect(fold(standing(all), wire.protocol)).toStrictEqual(wire.view);
    expect(summarizeVisit(all)?.marks).toBe(wire.view.timeline.length);
  });

  test('feedback that came back is not shared, says why, and the next one has its number', () => {
    const visit = summarizeVisit(all);
    expect(visit).toMatchObject({
      status: 'finished',
      latest_feedback: null,
      not_shared_because: 'The step is too long.',
    });
    expect(returnedFeedback(all)?.set_aside?.text).toBe('The step is too long.');
    expect(nextVersion(fold(standing(all), wire.protocol))).toBe(1);
  });

  test('a later sharing that went out ends the "not shared"', () => {
    const later = madeEntry({
      author_id: 'observer',
      kind: 'feedback.shared',
      entered_at: '2026-11-12T10:00:00.000-05:00',
      payload: { version: 1, strengths: [], evidence: [] },
    });
    expect(returnedFeedback([...all, logged(later, null)])).toBeNull();
  });

  test('a visit whose start was set aside stays on the screen as it was made, but is never shared', () => {
    const share = madeEntry({ kind: 'feedback.shared', payload: { version: 1 } });
    const shown = [startedEntry({}), madeEntry(), share].map((entry) => logged(entry, why));
    expect(summarizeVisit(shown)).toMatchObject({
      status: 'capturing',
      marks: 1,
      not_shared_because: 'Why.',
    });
  });
});

describe('what a device sent after it was taken out of use', () => {
  const start = startedEntry();
  const mark = madeEntry();
  const good: LoggedEntry[] = [logged(start, null), logged(mark, null)];
  const elsewhere = (entry: Entry): LoggedEntry => ({
    ...logged(entry, { code: 'device-revoked', text: 'Why.' }),
    is_own: false,
  });
  const pushed = [
    startedEntry({ observed_id: 'okafor', class_id: 'c-okafor' }),
    madeEntry({ kind: 'entry.retracted', payload: { entry_id: mark.entry_id, reason: 'x' } }),
    madeEntry({ entered_at: '2099-11-12T09:05:00.000-05:00' }),
    madeEntry({ kind: 'feedback.shared', entered_at: '2099-11-12T09:05:00.000-05:00' }),
  ].map(elsewhere);

  test('changes nothing of a visit on another tablet, also where it begins the visit once more', () => {
    expect(standing([...good, ...pushed])).toEqual([start, mark]);
    const told = (entries: LoggedEntry[]) => ({ ...summarizeVisit(entries), state: null });
    expect(told([...good, ...pushed])).toEqual(told(good));
    expect(returnedFeedback([...good, ...pushed])).toBeNull();
  });

  test('makes no visit that is nowhere else', () => {
    expect(standing(pushed)).toEqual([]);
    expect(summarizeVisit(pushed)).toBeNull();
  });

  test('adds nothing to a visit whose start was set aside for another reason', () => {
    const aside = [logged(start, why), logged(mark, why)];
    expect(standing([...aside, ...pushed])).toEqual([start, mark]);
  });

  test('stays in sight on the device that made it', () => {
    const own = pushed.map((one): ShownEntry => ({ ...one, is_own: true }));
    expect(standing(own)).toHaveLength(3);
  });
});

test('a second start that was set aside brings nothing else that was set aside into the visit', () => {
  const [start, mark] = [startedEntry(), madeEntry()];
  const aside = [startedEntry({ observed_id: 'okafor' }), madeEntry()];
  expect(
    standing([logged(start, null), logged(mark, null), ...aside.map((one) => logged(one, why))]),
  ).toEqual([start, mark]);
});
