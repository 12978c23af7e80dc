import { h } from 'preact';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { TimelineLine } from '../../pwa/src/observation/view.ts';
import {
  citedBy,
  cleanDraft,
  is_as_shared,
  is_cited,
  LINES_MAX,
  liveDraft,
  nextVersion,
  toggleCite,
} from '../../pwa/src/review/composer_rules.ts';
import { emptyDraft, emptyStep, readDraft } from '../../pwa/src/review/feedback_draft.ts';
import { OpenVersions } from '../../pwa/src/review/share/open_versions.tsx';
import {
  hoursMinutes,
  laterLines,
  timeOfVisit,
} from '../../pwa/src/review/timeline/added_later.ts';
import { amendedPayload, editOf } from '../../pwa/src/review/timeline/line_edit.ts';
import { rowsOf } from '../../pwa/src/review/timeline/rows.ts';
import { draftText } from '../../pwa/src/ui/draft_text.ts';
import { chooseVersion } from '../../pwa/src/visits/conflict_choices.ts';
import { show } from './page.ts';
import { madeEntry } from './screens_entries.ts';

afterEach(() => vi.unstubAllGlobals());

function line(entry_id: string, said: Partial<TimelineLine> = {}): TimelineLine {
  return {
    entry_id,
    kind: 'item.marked',
    item_key: 'goal',
    occurred_at: '2026-11-12T09:05:00.000-05:00',
    entered_at: '2026-11-12T09:05:00.000-05:00',
    payload: {},
    amended: false,
    original_payload: null,
    is_late: false,
    is_added_later: false,
    tags: [],
    ...said,
  };
}

describe('citing', () => {
  test('a line cited for a strength is shown in the notes', () => {
    const draft = toggleCite(emptyDraft(), 'e1', 0);
    expect(draft.strengths[0]?.evidence).toEqual(['e1']);
    expect(draft.evidence).toEqual(['e1']);
    expect(citedBy(draft, 'e1')).toEqual([1]);
  });

  test('a second tap takes it back', () => {
    const draft = toggleCite(toggleCite(emptyDraft(), 'e1', 0), 'e1', 0);
    expect(draft.evidence).toEqual([]);
    expect(is_cited(draft, 'e1', 0)).toBe(false);
  });

  test('a line that two strengths cite stays until neither does', () => {
    const both = toggleCite(toggleCite(emptyDraft(), 'e1', 0), 'e1', 1);
    const one = toggleCite(both, 'e1', 0);
    expect(citedBy(one, 'e1')).toEqual([2]);
    expect(one.evidence).toEqual(['e1']);
  });

  test('a line can be in the notes without a strength; taken from the notes no strength cites it', () => {
    expect(toggleCite(emptyDraft(), 'e1', 'notes')).toMatchObject({
      evidence: ['e1'],
      strengths: [],
    });
    expect(toggleCite(toggleCite(emptyDraft(), 'e1', 0), 'e1', 'notes')).toMatchObject({
      evidence: [],
      strengths: [{ evidence: [] }],
    });
  });
});

describe('what is shared', () => {
  const timeline = [line('e1'), line('e2')];
  const draft = {
    strengths: [
      { text: ' They said it. ', evidence: ['e2', 'gone', 'e1'] },
      { text: ' ', evidence: ['e1'] },
    ],
    step: { ...emptyStep(), text: ' Wait. ' },
    questions: ['', ' Why? '],
    evidence: ['gone', 'e2'],
  };

  test('has no blanks, no lines taken back, and the order of time', () => {
    expect(cleanDraft(draft, timeline)).toEqual({
      strengths: [{ text: 'They said it.', evidence: ['e1', 'e2'] }],
      step: { ...emptyStep(), text: 'Wait.' },
      questions: ['Why?'],
      evidence: ['e1', 'e2'],
    });
  });

  test('counts its versions, and knows when nothing is new', () => {
    const clean = cleanDraft(draft, timeline);
    const shared = { ...clean, version: 1, entry_id: 'f1', occurred_at: 't', protocol_title: 'p' };
    expect(nextVersion({ feedback: [] })).toBe(1);
    expect(nextVersion({ feedback: [shared] })).toBe(2);
    expect(is_as_shared(clean, { feedback: [shared] })).toBe(true);
    expect(is_as_shared({ ...clean, questions: [] }, { feedback: [shared] })).toBe(false);
    expect(is_as_shared(clean, { feedback: [] })).toBe(false);
  });

  test('a draft goes on from what was shared, and survives values of any shape', () => {
    const shared = {
      ...cleanDraft(draft, timeline),
      version: 1,
      entry_id: 'f',
      occurred_at: 't',
      protocol_title: 'p',
    };
    expect(readDraft({ drafts: {}, feedback: [shared] }).questions).toEqual(['Why?']);
    const odd = { versions: [{ entry_id: 'd', value: { strengths: 7 } }] };
    expect(
      readDraft({
        drafts: { strengths: odd, step: odd, questions: odd, evidence: odd },
        feedback: [],
      }),
    ).toEqual(emptyDraft());
  });
});

describe('lines in the notes', () => {
  const timeline = Array.from({ length: 16 }, (_, at) => line(`e${String(at).padStart(2, '0')}`));
  const ids = timeline.map((one) => one.entry_id);

  test('what was taken back since no longer counts towards the twelve', () => {
    const draft = {
      ...emptyDraft(),
      strengths: [{ text: 'So.', evidence: ['gone', 'e00'] }],
      evidence: ['gone', 'e00', 'e01'],
    };
    const live = liveDraft(draft, timeline);
    expect(live.evidence).toEqual(['e00', 'e01']);
    expect(live.strengths[0]?.evidence).toEqual(['e00']);
  });

  test('where drafts of two tablets meet in more than fit, the cited stay, then the earliest', () => {
    const strengths = [{ text: 'So.', evidence: ['e14', 'e15'] }];
    const met = { ...emptyDraft(), strengths, evidence: ids.slice(0, 14) };
    const { evidence } = cleanDraft(met, timeline);
    expect(evidence).toHaveLength(LINES_MAX);
    expect(evidence).toEqual([...ids.slice(0, 10), 'e14', 'e15']);
    expect(liveDraft(met, timeline).evidence).toHaveLength(16);
  });
});

describe('the timeline', () => {
  const tally = (entry_id: string, minute: number, code: string | null = null) =>
    line(entry_id, {
      kind: 'count.added',
      payload: { code },
      occurred_at: `2026-11-12T09:${String(minute).padStart(2, '0')}:00.000-05:00`,
    });

  test('tallies of one thing are one row at the last of them', () => {
    const rows = rowsOf([tally('a', 1), line('b'), tally('c', 9), tally('d', 10, 'calm')]);
    expect(rows.map((row) => row.lines.map((one) => one.entry_id))).toEqual([
      ['b'],
      ['a', 'c'],
      ['d'],
    ]);
  });

  test('a line added later says when it happened, on the day and clock of the visit', () => {
    const started_at = '2026-11-12T09:00:00.000-05:00';
    expect(
      laterLines('heard', started_at, { text: ' Two pairs. ', speaker: 'O', at: '09:14' }),
    ).toMatchObject([
      {
        occurred_at: '2026-11-12T09:14:00.000-05:00',
        payload: { text: 'Two pairs.', speaker: 'O' },
      },
    ]);
  });

  test('a line added later keeps to the clock of the visit however its start is written', () => {
    const at = (started_at: string) => timeOfVisit(started_at, '09:14');
    expect(at('2026-11-12T09:00:00-05:00')).toBe('2026-11-12T09:14:00.000-05:00');
    expect(at('2026-11-12T09:00:00.123456+05:30')).toBe('2026-11-12T09:14:00.000+05:30');
    expect(at('2026-11-12T12:00:00Z')).toMatch(/^2026-11-\d\dT09:14:00.000[+-]\d\d:\d\d$/);
    expect(hoursMinutes('2026-11-12T09:00:07-05:00')).toBe('09:00');
  });

  test('a correction changes what was said and keeps the rest', () => {
    const said = line('a', { kind: 'script.written', payload: { text: 'Whit', speaker: 'T' } });
    const edit = editOf(said, null, {});
    expect(amendedPayload(said, edit)).toBeNull();
    expect(amendedPayload(said, { as: 'text', text: 'Wait', speaker: 'T' })).toEqual({
      text: 'Wait',
      speaker: 'T',
    });
    expect(amendedPayload(said, { as: 'text', text: ' ', speaker: 'T' })).toBeNull();
  });

  test('more students than present are no correction; a mark can only be taken back', () => {
    const sweep = line('a', { kind: 'sweep.taken', payload: { n: 18, of: 22 } });
    expect(amendedPayload(sweep, { as: 'sweep', n: 23, of: 22 })).toBeNull();
    expect(amendedPayload(sweep, { as: 'sweep', n: 19, of: 22 })).toEqual({ n: 19, of: 22 });
    expect(amendedPayload(sweep, { as: 'sweep', n: 0, of: 0 })).toBeNull();
    expect(editOf(line('b'), null, {})).toEqual({ as: 'nothing' });
  });
});

describe('two versions', () => {
  test('the chosen one is said again in place of both', () => {
    const chosen = madeEntry({ kind: 'value.given', payload: { value: 'yes' } });
    const conflict = { item_key: 'goal', entry_ids: [chosen.entry_id, 'other'] };
    expect(chooseVersion(conflict, chosen)).toMatchObject({
      kind: 'value.given',
      payload: { value: 'yes' },
      replaces: [chosen.entry_id, 'other'],
    });
  });

  test('two drafts can be told apart by their words', () => {
    expect(
      draftText([
        { text: 'One.', evidence: ['e1'] },
        { text: 'Two.', evidence: [] },
      ]),
    ).toBe('One. · Two.');
    expect(draftText({ text: 'Wait.', try_when: '', look_again_on: null })).toBe('Wait.');
  });
});

describe('sharing while two versions stand against each other', () => {
  const asked = (...conflicts: { field: string; entry_ids: string[] }[]) => {
    const heard: string[] = [];
    const onSettle = () => heard.push('settle');
    return { heard, screen: show(h(OpenVersions, { view: { conflicts }, onSettle })) };
  };

  test('is said, and leads to where one of them is kept', async () => {
    const two = { field: 'amendment', entry_ids: ['a', 'b'] };
    const { heard, screen } = asked(two, { ...two, field: 'ended_at' });
    expect(screen.text()).toContain('more than one version of 2 things in this visit');
    await screen.press('Look at the versions');
    expect(heard).toEqual(['settle']);
  });

  test('says nothing where there is one of each', () => {
    expect(asked().screen.text()).toBe('');
  });
});
