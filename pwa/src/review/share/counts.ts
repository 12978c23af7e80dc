import { type CodeRow, type Measured, measuresOf } from '../../observation/measures.ts';
import type { CheckView, ItemView, ObservationView, SweepView } from '../../observation/view.ts';
import { type Chart, findItem, type Protocol } from '../../protocol/protocol.ts';
import { DATE_LOCALE, t } from '../../ui/messages/messages.ts';
import { clockTime } from '../../ui/times.ts';

/** One chart of the notes in words: its drawing is the server's, its numbers are these. */
export interface Count {
  title: string;
  /** The sentence above the rows; null where the rows say it all. */
  sentence: string | null;
  rows: CountRow[];
}

export interface CountRow {
  label: string;
  value: string;
}

const CHARTS_MAX = 3;
const TIMES_MAX = 6;

/** As server/noticing/feedback/charts.py draws them, without the drawing. */
export function countsOf(view: ObservationView, protocol: Protocol | null): Count[] {
  if (!protocol) return [];
  return protocol.charts.slice(0, CHARTS_MAX).map((chart) => {
    const count = COUNTS[chart.kind](chart, view, protocol);
    return { title: chart.title, ...(count ?? nothing(chart.title)) };
  });
}

type Counted = Omit<Count, 'title'> | null;

function nothing(title: string): Omit<Count, 'title'> {
  return { sentence: t('preview.nothing_recorded', { title }), rows: [] };
}

const COUNTS: Record<
  Chart['kind'],
  (chart: Chart, view: ObservationView, protocol: Protocol) => Counted
> = {
  timeline: countTimes,
  line: countSweeps,
  bars: countBars,
};

function countTimes(chart: Chart, view: ObservationView, protocol: Protocol): Counted {
  const keys = chart.items ?? [];
  const rows = keys.flatMap((key): CountRow[] => {
    const value = timesText(timesOf(key, view), view.items[key]);
    return value ? [{ label: promptOf(key, protocol), value }] : [];
  });
  if (rows.length === 0) return null;
  const n = keys.filter((key) => timesOf(key, view).length > 0).length;
  const sentence = keys.length > 1 ? t('preview.n_of_all_seen', { n, all: keys.length }) : null;
  return { sentence, rows };
}

function timesOf(key: string, view: ObservationView): string[] {
  return view.timeline
    .filter((line) => line.item_key === key && line.kind !== 'item.not_seen')
    .map((line) => clockTime(line.occurred_at));
}

/** Many times are counted instead of listed. */
function timesText(times: string[], item: ItemView | undefined): string {
  const [first] = times;
  if (first === undefined)
    return item?.type === 'check' && (item as CheckView).not_seen
      ? t('preview.looked_for_not_seen')
      : '';
  if (times.length <= TIMES_MAX) return times.join(', ');
  return t('preview.n_times', { n: times.length, first, last: times.at(-1) ?? first });
}

function countSweeps(chart: Chart, view: ObservationView): Counted {
  const sweeps = (chart.items ?? []).flatMap(
    (key) => (view.items[key] as SweepView | undefined)?.sweeps ?? [],
  );
  if (sweeps.length === 0) return null;
  const n = sweeps.reduce((sum, sweep) => sum + sweep.n, 0);
  const of = sweeps.reduce((sum, sweep) => sum + sweep.of, 0);
  const percent = of ? Math.round((100 * n) / of) : 0;
  return {
    sentence: t('preview.sweeps_together', { n, of, sweeps: sweeps.length, percent }),
    rows: sweeps.map((sweep) => ({
      label: clockTime(sweep.occurred_at),
      value: t('sweep.n_of', { n: sweep.n, of: sweep.of }),
    })),
  };
}

function countBars(chart: Chart, view: ObservationView, protocol: Protocol): Counted {
  const measured = new Map(measuresOf(view, protocol).map((one) => [one.key, one]));
  const rows = [
    ...(chart.items ?? []).map((key) => ({
      label: promptOf(key, protocol),
      value: String(timesCounted(view.items[key])),
    })),
    ...(chart.measures ?? []).flatMap((key) => rowsOf(measured.get(key))),
  ];
  const has_data =
    chart.items?.some((key) => timesCounted(view.items[key]) > 0) ||
    chart.measures?.some((key) => measured.get(key)?.value);
  return has_data ? { sentence: null, rows } : null;
}

function timesCounted(item: ItemView | undefined): number {
  if (!item) return 0;
  if ('seen' in item) return item.seen;
  if ('count' in item) return item.count;
  if ('lines' in item) return item.lines;
  if ('photos' in item) return item.photos.length;
  return 'sweeps' in item ? item.sweeps.length : item.versions.length;
}

function rowsOf(measure: Measured | undefined): CountRow[] {
  if (!measure) return [];
  const { label, value, rule, detail, n } = measure;
  const row = (text: string): CountRow[] => [{ label, value: text }];
  if (value === null) return row('–');
  switch (rule) {
    case 'count_by_code':
    case 'count_by_tag':
      return codeRows(detail.by_code as CodeRow[], rule === 'count_by_tag');
    case 'share':
      return row(t('sweep.n_of', { n: Number(detail.hits), of: n }));
    case 'ratio': {
      const [first = 0, second = 0] = detail.counts as number[];
      return row(t('preview.n_to', { n: first, to: second }));
    }
    case 'first_seen':
      return row(clockTime(String(value)));
    case 'rate_per_min':
      return row(t('preview.a_minute', { rate: writeNumber(Number(value)) }));
    case 'weighted_percent':
      return row(t('preview.percent', { n: Math.round(Number(value)) }));
    default:
      return row(String(value));
  }
}

/** Nobody looked for a tag, so that none of it says nothing. */
function codeRows(rows: CodeRow[], is_tag: boolean): CountRow[] {
  return rows
    .filter((one) => one.count > 0 || !is_tag)
    .map((one) => ({ label: one.label, value: String(one.count) }));
}

function writeNumber(number: number): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(DATE_LOCALE, digits).format(number);
}

function promptOf(key: string, protocol: Protocol): string {
  return findItem(protocol, key)?.prompt ?? key;
}
