import { instantOf } from '../../observation/instants.ts';
import type { ItemView, ObservationView, SweepView } from '../../observation/view.ts';
import type { Chart, Protocol } from '../../protocol/protocol.ts';
import { t } from '../../ui/messages/messages.ts';
import { clockTime } from '../../ui/times.ts';
import { barRows, type CountRow, roundHalfUp } from './count_rows.ts';
import { promptOf } from './note_text.ts';

/** One chart of the notes in words: its drawing is the server's, its numbers are these. */
export interface Count {
  title: string;
  sentence: string;
  rows: CountRow[];
}

export const CHARTS_MAX = 3;
const ROWS_MAX = 12;
const TIMES_MAX = 6;

/** Twin of server/noticing/feedback/charts.py and of `sum_up` in sentences.py; tests/wire/notes.json holds both. */
export function countsOf(view: ObservationView, protocol: Protocol | null): Count[] {
  const charts = protocol?.charts.slice(0, CHARTS_MAX) ?? [];
  return charts.flatMap((chart) => {
    const rows = protocol ? ROWS[chart.kind](chart, view, protocol).slice(0, ROWS_MAX) : [];
    if (rows.length === 0) return [];
    return [{ title: chart.title, sentence: SENTENCES[chart.kind](chart, view, rows), rows }];
  });
}

const ROWS: Record<
  Chart['kind'],
  (chart: Chart, view: ObservationView, protocol: Protocol) => CountRow[]
> = { timeline: laneRows, line: sweepRows, bars: barRows };

const SENTENCES: Record<
  Chart['kind'],
  (chart: Chart, view: ObservationView, rows: CountRow[]) => string
> = { timeline: sumUpTimes, line: sumUpSweeps, bars: sumUpBars };

function laneRows(chart: Chart, view: ObservationView, protocol: Protocol): CountRow[] {
  return (chart.items ?? []).flatMap((key): CountRow[] => {
    const value = timesText(timesOf(key, view), view.items[key]);
    return value ? [{ label: promptOf(key, protocol), value }] : [];
  });
}

/** The times at which something was recorded; "looked for, not seen" is no mark. */
function timesOf(key: string, view: ObservationView): string[] {
  return view.timeline
    .filter((line) => line.item_key === key && line.kind !== 'item.not_seen')
    .map((line) => clockTime(line.occurred_at));
}

/** Many times are counted instead of listed. */
function timesText(times: string[], item: ItemView | undefined): string {
  if (times.length === 0)
    return item?.type === 'check' && item.not_seen ? t('preview.looked_for_not_seen') : '';
  const often = new Map<string, number>();
  for (const time of times) often.set(time, (often.get(time) ?? 0) + 1);
  const [first = '', ...others] = often.keys();
  const last = others.at(-1);
  if (times.length > TIMES_MAX && last !== undefined)
    return t('preview.n_times', { n: times.length, first, last });
  return [...often]
    .map(([time, n]) => (n > 1 ? t('preview.n_of_times', { time, n }) : time))
    .join(', ');
}

function sumUpTimes(chart: Chart, view: ObservationView, rows: CountRow[]): string {
  if (chart.items?.length === 1) return `${told(rows)}.`;
  const times = [view.started_at, view.ended_at, ...view.timeline.map((line) => line.occurred_at)]
    .filter((time) => time !== null)
    .sort((one, other) => instantOf(one) - instantOf(other));
  const [from = ''] = times;
  return t('preview.looked_for_between', {
    from: clockTime(from),
    to: clockTime(times.at(-1) ?? from),
  });
}

function sweepsOf(chart: Chart, view: ObservationView) {
  return (chart.items ?? []).flatMap(
    (key) => (view.items[key] as SweepView | undefined)?.sweeps ?? [],
  );
}

function sweepRows(chart: Chart, view: ObservationView): CountRow[] {
  return sweepsOf(chart, view).map((sweep) => ({
    label: clockTime(sweep.occurred_at),
    value: t('sweep.n_of', { n: sweep.n, of: sweep.of }),
  }));
}

function sumUpSweeps(chart: Chart, view: ObservationView): string {
  const sweeps = sweepsOf(chart, view);
  const n = sweeps.reduce((sum, sweep) => sum + sweep.n, 0);
  const of = sweeps.reduce((sum, sweep) => sum + sweep.of, 0);
  const percent = of ? roundHalfUp((100 * n) / of) : 0;
  return t('preview.sweeps_together', { n, of, sweeps: sweeps.length, percent });
}

function sumUpBars(chart: Chart, _view: ObservationView, rows: CountRow[]): string {
  const [only] = rows;
  if (rows.length === 1 && only?.label === chart.title) return `${only.value}.`;
  return `${told(rows)}.`;
}

function told(rows: CountRow[]): string {
  return rows.map(({ label, value }) => t('line.answer', { prompt: label, value })).join('; ');
}
