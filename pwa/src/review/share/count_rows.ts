import { type CodeRow, type Measured, measuresOf } from '../../observation/measures.ts';
import type { ItemView, ObservationView } from '../../observation/view.ts';
import type { Chart, Protocol } from '../../protocol/protocol.ts';
import { DATE_LOCALE, t } from '../../ui/messages/messages.ts';
import { clockTime } from '../../ui/times.ts';
import { promptOf } from './note_text.ts';

export interface CountRow {
  label: string;
  value: string;
}

/** Nought is a number like others; what nothing was recorded for has no row. */
export function barRows(chart: Chart, view: ObservationView, protocol: Protocol): CountRow[] {
  const measured = new Map(measuresOf(view, protocol).map((one) => [one.key, one]));
  return [
    ...(chart.items ?? []).flatMap((key): CountRow[] => {
      const item = view.items[key];
      return item ? [{ label: promptOf(key, protocol), value: String(timesCounted(item)) }] : [];
    }),
    ...(chart.measures ?? []).flatMap((key) => rowsOf(measured.get(key))),
  ];
}

function timesCounted(item: ItemView): number {
  if ('seen' in item) return item.seen;
  if ('count' in item) return item.count;
  if ('lines' in item) return item.lines;
  if ('photos' in item) return item.photos.length;
  return 'sweeps' in item ? item.sweeps.length : item.versions.length;
}

function rowsOf(measure: Measured | undefined): CountRow[] {
  if (!measure) return [];
  const { label, rule, detail } = measure;
  const is_by_code = rule === 'count_by_code' || rule === 'count_by_tag';
  if (is_by_code && measure.value !== null)
    return codeRows(detail.by_code as CodeRow[], rule === 'count_by_tag');
  const value = measure.value === null ? whyNone(measure) : valueText(measure);
  return value === null ? [] : [{ label, value }];
}

function valueText({ value, rule, detail, n }: Measured): string {
  switch (rule) {
    case 'share':
      return t('sweep.n_of', { n: Number(detail.hits), of: n });
    case 'ratio':
      return ratioText(detail);
    case 'first_seen':
      return clockTime(String(value));
    case 'rate_per_min':
      return t('preview.a_minute', { rate: writeTenths(Number(value)) });
    case 'weighted_percent':
      return t('preview.percent', { n: roundHalfUp(Number(value)) });
    default:
      return String(value);
  }
}

/** What there is where there is no number; null where nothing was recorded. */
function whyNone({ reason, n, detail }: Measured): string | null {
  switch (reason) {
    case 'not_seen':
      return t('preview.looked_for_not_seen');
    case 'not_finished': // then there is no rate, but a count
      return String(n);
    case 'nothing_to_divide_by':
      return ratioText(detail);
    case 'unsettled':
      return t('preview.two_answers');
    case 'not_applicable':
      return t('preview.does_not_apply');
    default:
      return null;
  }
}

function ratioText(detail: Measured['detail']): string {
  const [first = 0, second = 0] = detail.counts as number[];
  return t('preview.n_to', { n: first, to: second });
}

/** Nobody looked for a tag, so that none of it says nothing. */
function codeRows(rows: CodeRow[], is_tag: boolean): CountRow[] {
  return rows
    .filter((one) => one.count > 0 || !is_tag)
    .map((one) => ({ label: one.label, value: String(one.count) }));
}

export function roundHalfUp(number: number): number {
  return Math.floor(number + 0.5);
}

function writeTenths(number: number): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(DATE_LOCALE, digits).format(roundHalfUp(10 * number) / 10);
}
