import type { Item, Measure, MeasureRule, Protocol } from '../protocol/protocol.ts';
import { itemsOf } from '../protocol/protocol.ts';
import { compareText, instantOf } from './instants.ts';
import type { CheckView, ObservationView, RegisterView, SweepView, TallyView } from './view.ts';

export type Reason =
  | 'nothing_recorded'
  | 'not_seen'
  | 'not_finished'
  | 'nothing_to_divide_by'
  | 'unsettled'
  | 'not_applicable';

export interface CodeRow {
  code: string;
  label: string;
  count: number;
}

/** Values with their n, never words; nothing is rounded. */
export interface Measured {
  key: string;
  label: string;
  rule: MeasureRule;
  of: string[];
  /** null exactly where reason says why; first_seen: a time of the device's clock */
  value: number | string | null;
  unit: 'count' | 'per_minute' | 'percent' | 'time' | 'ratio';
  n: number;
  detail: Record<string, unknown>;
  reason: Reason | null;
  /** into the message catalogue: measure.<reason or rule> */
  sentence_key: string;
}

type Found = { n?: number; detail?: Record<string, unknown> } & (
  | { value: number | string }
  | { reason: Reason }
);
type Rule = (view: ObservationView, items: Item[], measure: Measure) => Found;

const MS_PER_MIN = 60_000;

/** One for each of the protocol's measures, in its order. Twin of server/noticing/observations/measures.py. */
export function measuresOf(view: ObservationView, protocol: Protocol): Measured[] {
  return protocol.measures.map((measure) => measureOne(measure, view, protocol));
}

function measureOne(measure: Measure, view: ObservationView, protocol: Protocol): Measured {
  const of = typeof measure.of === 'string' ? [measure.of] : [...measure.of];
  const items = of.flatMap((key) => itemsOf(protocol).find((item) => item.key === key) ?? []);
  const found = RULES[measure.rule](view, items, measure);
  const reason = 'reason' in found ? found.reason : null;
  return {
    key: measure.key,
    label: measure.label,
    rule: measure.rule,
    of,
    value: 'value' in found ? found.value : null,
    unit: UNITS[measure.rule],
    n: found.n ?? 0,
    detail: found.detail ?? {},
    reason,
    sentence_key: `measure.${reason ?? measure.rule}`,
  };
}

function viewOf<T>(view: ObservationView, item: Item | undefined): T | undefined {
  return item && Object.hasOwn(view.items, item.key) ? (view.items[item.key] as T) : undefined;
}

/** Times seen, counted or written; null where nothing was recorded for the item. */
function countOf(view: ObservationView, item: Item | undefined): number | null {
  const found = viewOf<{ seen?: number; count?: number; lines?: number }>(view, item);
  return found ? (found.seen ?? found.count ?? found.lines ?? 0) : null;
}

function count(view: ObservationView, [item]: Item[]): Found {
  const value = countOf(view, item);
  return value === null ? { reason: 'nothing_recorded' } : { value, n: value };
}

function countByCode(view: ObservationView, [item]: Item[]): Found {
  const tally = viewOf<TallyView>(view, item);
  if (!tally || !item) return { reason: 'nothing_recorded' };
  const coded = new Map(Object.entries(tally.by_code));
  const uncoded = tally.count - [...coded.values()].reduce((sum, one) => sum + one, 0);
  return { value: tally.count, n: tally.count, detail: { by_code: rowsOf(item, coded), uncoded } };
}

function countByTag(view: ObservationView, [item]: Item[]): Found {
  const lines = view.timeline.filter((line) => line.item_key === item?.key);
  if (!lines.length || !item) return { reason: 'nothing_recorded' };
  const tagged = lines.filter((line) => line.tags.length);
  const counts = new Map<string, number>();
  for (const tag of tagged.flatMap((line) => line.tags))
    counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const detail = { by_code: rowsOf(item, counts), uncoded: lines.length - tagged.length };
  return { value: tagged.length, n: lines.length, detail };
}

/** In the protocol's order, then what it does not know. */
function rowsOf(item: Item, counts: Map<string, number>): CodeRow[] {
  const labels = new Map((item.options ?? []).map((option) => [option.code, option.label]));
  const codes = [
    ...labels.keys(),
    ...[...counts.keys()].filter((code) => !labels.has(code)).sort(compareText),
  ];
  return codes.map((code) => ({
    code,
    label: labels.get(code) ?? code,
    count: counts.get(code) ?? 0,
  }));
}

function ratePerMin(view: ObservationView, [item]: Item[]): Found {
  const n = countOf(view, item);
  if (n === null) return { reason: 'nothing_recorded' };
  const duration_ms = view.ended_at ? instantOf(view.ended_at) - instantOf(view.started_at) : 0;
  if (duration_ms <= 0) return { reason: 'not_finished', n };
  return { value: (n * MS_PER_MIN) / duration_ms, n, detail: { count: n, duration_ms } };
}

function weightedPercent(view: ObservationView, [item]: Item[]): Found {
  const swept = viewOf<SweepView>(view, item);
  if (!swept || swept.of_sum === 0) return { reason: 'nothing_recorded' };
  const { n_sum, of_sum, sweeps } = swept;
  return { value: (100 * n_sum) / of_sum, n: sweeps.length, detail: { n_sum, of_sum } };
}

function firstSeen(view: ObservationView, [item]: Item[]): Found {
  const check = viewOf<CheckView>(view, item);
  if (!check) return { reason: 'nothing_recorded' };
  if (check.first_seen_at === null) return { reason: 'not_seen' };
  const elapsed_ms = instantOf(check.first_seen_at) - instantOf(view.started_at);
  return { value: check.first_seen_at, n: check.seen, detail: { elapsed_ms, times: check.times } };
}

/** Of the settled and applicable answers, how many are `code`. */
function share(view: ObservationView, items: Item[], measure: Measure): Found {
  const answers = items.flatMap((item) => viewOf<RegisterView>(view, item) ?? []);
  const settled = answers
    .filter((answer) => answer.versions.length === 1)
    .map((answer) => answer.versions[0]?.value);
  const applicable = settled.filter((value) => value !== 'na');
  const hits = applicable.filter((value) => value === measure.code).length;
  const unsettled = answers.length - settled.length;
  const detail = { hits, na: settled.length - applicable.length, unsettled, asked: items.length };
  const n = applicable.length;
  if (n) return { value: (100 * hits) / n, n, detail };
  return {
    reason: !answers.length ? 'nothing_recorded' : unsettled ? 'unsettled' : 'not_applicable',
    detail,
  };
}

/** What was not recorded counts as none, unless neither was. */
function ratio(view: ObservationView, items: Item[]): Found {
  const [a = null, b = null] = items.map((item) => countOf(view, item));
  if (a === null && b === null) return { reason: 'nothing_recorded' };
  const counts = [a ?? 0, b ?? 0] as const;
  const found = { n: counts[0] + counts[1], detail: { counts: [...counts] } };
  return counts[1]
    ? { ...found, value: counts[0] / counts[1] }
    : { ...found, reason: 'nothing_to_divide_by' };
}

const RULES: Record<MeasureRule, Rule> = {
  count,
  count_by_code: countByCode,
  count_by_tag: countByTag,
  rate_per_min: ratePerMin,
  weighted_percent: weightedPercent,
  first_seen: firstSeen,
  share,
  ratio,
};

const UNITS: Record<MeasureRule, Measured['unit']> = {
  count: 'count',
  count_by_code: 'count',
  count_by_tag: 'count',
  rate_per_min: 'per_minute',
  weighted_percent: 'percent',
  first_seen: 'time',
  share: 'percent',
  ratio: 'ratio',
};
