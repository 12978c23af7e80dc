import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ObservationView, TimelineLine } from '../../pwa/src/observation/view.ts';
import type { Protocol } from '../../pwa/src/protocol/protocol.ts';
import { type Count, countsOf } from '../../pwa/src/review/share/counts.ts';
import { listTimes } from '../../pwa/src/review/share/list_times.ts';
import { noteText } from '../../pwa/src/review/share/note_text.ts';

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
    expect(listTimes([at('05')])).toBe('9:05');
    expect(listTimes([at('05'), at('05'), at('07'), at('12')])).toBe('9:05, 9:07 and 9:12');
    expect(listTimes([])).toBe('');
  });
});

describe('the counts in the preview', () => {
  test('look-fors with their times, and what was looked for and not seen', () => {
    const [times, share] = countsOfSample('lesson-clarity');
    expect(times?.sentence).toBe('6 of these 8 were seen.');
    expect(times?.rows).toContainEqual({
      label: 'Steps are shown one by one',
      value: '9:04, 9:06',
    });
    expect(times?.rows).toContainEqual({
      label: 'An example and a non-example',
      value: 'looked for, not seen',
    });
    expect(share?.rows.map((row) => row.value)).toEqual(['2 of 3']);
  });

  test('sweeps one by one and all together', () => {
    const [sweeps] = countsOfSample('engagement-sweep');
    expect(sweeps?.sentence).toBe('74 of 89 in 4 sweeps together: 83 %.');
    expect(sweeps?.rows[0]).toEqual({ label: '10:19', value: '18 of 22' });
  });

  test('tallies, and tags as far as there are any', () => {
    const [tallies] = countsOfSample('responses-and-feedback');
    expect(tallies?.rows.map((row) => row.value)).toEqual(['6', '9', '4', '3', '3', '1']);
    const [tags, script] = countsOfSample('selective-script');
    expect(tags?.rows.map((row) => row.value)).toEqual(['1', '3', '2', '1']);
    expect(script).toMatchObject({ sentence: null, rows: [{ value: '10 times, 8:31 to 8:44' }] });
  });

  test('say so where nothing was recorded', () => {
    const view: ObservationView = read('lesson-clarity/sample.view.json');
    const empty = { ...view, items: {}, timeline: [] };
    for (const slug of ['lesson-clarity', 'engagement-sweep', 'responses-and-feedback']) {
      const counts = countsOf(empty, protocolOf(slug));
      expect(counts.length, slug).toBeGreaterThan(0);
      for (const { title, sentence, rows } of counts) {
        expect(sentence).toBe(`Nothing was recorded for ${title}.`);
        expect(rows).toEqual([]);
      }
    }
  });
});
