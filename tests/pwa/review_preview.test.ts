import { readFileSync } from 'node:fs';
import { h } from 'preact';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { foldItems } from '../../pwa/src/observation/items.ts';
import type { ObservationView, TimelineLine } from '../../pwa/src/observation/view.ts';
import type { Protocol } from '../../pwa/src/protocol/protocol.ts';
import { type Count, countsOf } from '../../pwa/src/review/share/counts.ts';
import { listTimes } from '../../pwa/src/review/share/list_times.ts';
import { noteText } from '../../pwa/src/review/share/note_text.ts';
import { Seen } from '../../pwa/src/review/share/seen.tsx';
import { unrecordedOf } from '../../pwa/src/review/share/unrecorded.ts';
import { clockTime, fullDay } from '../../pwa/src/ui/times.ts';
import { show } from './page.ts';

function read(path: string) {
  return JSON.parse(readFileSync(new URL(`../../protocols/${path}`, import.meta.url), 'utf8'));
}

const protocolOf = (slug: string): Protocol => read(`${slug}/1.0.0.json`);
const countsOfSample = (slug: string): Count[] => {
  const view: ObservationView = read(`${slug}/sample.view.json`);
  return countsOf(view, read(`${slug}/${view.context?.protocol_version}.json`));
};

const sweeping = protocolOf('engagement-sweep');
const said = (
  kind: string,
  item_key: string,
  payload: TimelineLine['payload'],
  protocol = sweeping,
) => noteText({ kind, item_key, payload }, protocol);

describe('a line in the preview reads as in the notes', () => {
  test('a sweep: how many of how many, and of what', () => {
    expect(said('sweep.taken', 'on_task', { n: 18, of: 22 })).toBe(
      '18 of 22 students with the task',
    );
  });

  test('a sweep whose look-for does not begin with what is counted', () => {
    expect(
      noteText({ kind: 'sweep.taken', item_key: 'hands_up', payload: { n: 3, of: 9 } }, null),
    ).toBe('Hands up: 3 of 9 students');
  });

  test('a rating: what was seen, never its level', () => {
    const item = sweeping.sections.flatMap((one) => one.items).find((one) => one.type === 'rating');
    const [level] = item?.levels ?? [];
    const text = said('rating.given', item?.key ?? '', { level: level?.level ?? 0 });
    expect(text).toBe(`${item?.prompt}: ${level?.descriptor}`);
    expect(text).not.toContain(`: ${level?.label}`);
  });

  test('yes and no inside a sentence', () => {
    const yes = said('answer.given', 'directions_visible', { value: 'yes' });
    expect(yes).toBe('Directions could be seen during the task: yes');
    expect(said('answer.given', 'directions_visible', { value: 'na' })).toContain(
      ': does not apply here',
    );
  });

  test('tags: what was chosen, and nothing where none was', () => {
    expect(said('tags.chosen', 'off_task_kinds', { codes: [] })).toBe(
      'What else students were doing',
    );
  });

  test('times of one minute are said once', () => {
    const at = (minute: string) => `2026-11-12T09:${minute}:30.000-05:00`;
    expect(listTimes([at('05')])).toBe('9:05 am');
    expect(listTimes([at('05'), at('05'), at('07'), at('12')])).toBe(
      '9:05 am, 9:07 am and 9:12 am',
    );
    expect(listTimes([])).toBe('');
  });

  test('the day is written as on the page', () => {
    expect(fullDay('2026-11-12T09:05:00.000-05:00')).toBe('Thursday 12 November 2026');
  });

  test('a time of day cannot be taken for minutes and seconds', () => {
    const at = (time: string) => clockTime(`2026-11-12T${time}:30.000-05:00`);
    expect(['00:05', '09:05', '12:21', '15:00'].map(at)).toEqual([
      '12:05 am',
      '9:05 am',
      '12:21 pm',
      '3:00 pm',
    ]);
  });
});

interface Case {
  name: string;
  protocol?: string;
  document?: Protocol;
  agreed_items: string[];
  lines: [number, string, string, TimelineLine['payload']][];
  charts: { title: string; told: string; rows: [string, string][] }[];
  unrecorded: string[];
}

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../wire/notes.json', import.meta.url), 'utf8'),
);

function visitOf(one: Case): { view: ObservationView; protocol: Protocol } {
  const protocol = one.document ?? read(`${one.protocol}.json`);
  const timeline = one.lines.map(([minute, kind, item_key, payload], at) => ({
    entry_id: `line-${at}`,
    kind,
    item_key,
    payload,
    occurred_at: `2026-11-12T09:${String(minute).padStart(2, '0')}:00.000-05:00`,
    tags: [] as string[],
  })) as TimelineLine[];
  const sample: ObservationView = read('lesson-clarity/sample.view.json');
  const view = {
    ...sample,
    context: { ...sample.context, agreed_items: one.agreed_items },
    started_at: '2026-11-12T09:00:00.000-05:00',
    ended_at: '2026-11-12T09:10:00.000-05:00',
    timeline,
    items: foldItems(timeline, protocol),
  } as ObservationView;
  return { view, protocol };
}

describe('the counts in the preview are those of page and PDF', () => {
  test.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const { view, protocol } = visitOf(one);
    const told = countsOf(view, protocol).map(({ title, sentence, rows }) => ({
      title,
      told: sentence,
      rows: rows.map((row) => [row.label, row.value]),
    }));
    expect(told).toEqual(one.charts);
    expect(unrecordedOf(view, protocol)).toEqual(one.unrecorded);
  });

  test('tallies, and tags as far as there are any', () => {
    const [tallies] = countsOfSample('responses-and-feedback');
    expect(tallies?.rows.map((row) => row.value)).toEqual(['6', '9', '4', '3', '3', '1']);
    const [tags, script] = countsOfSample('selective-script');
    expect(tags?.rows.map((row) => row.value)).toEqual(['1', '3', '2', '1']);
    expect(script?.rows).toEqual([
      { label: 'Lines on the focus', value: '10 times, 8:31 am to 8:44 am' },
    ]);
  });

  test('a protocol that is not on this tablet has none', () => {
    expect(countsOf(read('lesson-clarity/sample.view.json'), null)).toEqual([]);
  });
});

describe('what was seen, in the preview', () => {
  const seen = (name: string, at: number[] = []) => {
    const { view, protocol } = visitOf(cases.find((one) => one.name.startsWith(name)) as Case);
    const lines = at.map((place) => view.timeline[place] as TimelineLine);
    return show(h(Seen, { lines, view, protocol })).text();
  };

  test('nothing was recorded: only for look-fors, by their own names', () => {
    const text = seen('three answers', [0]);
    expect(text).toContain('9:03 am');
    expect(text).toContain(
      'Nothing was recorded for: A model is given, thinking aloud; An example',
    );
    expect(text).not.toMatch(/recorded for:.*(When each|Students who could)/);
  });

  test('without a picked line it says which case it is', () => {
    expect(seen('three answers')).toContain(
      'No single line was picked. What was seen is drawn below.',
    );
    expect(seen('a visit without')).toBe(
      'Nothing was recorded for: Goal of the lesson can be seen.',
    );
  });
});

afterEach(() => vi.unstubAllGlobals());
