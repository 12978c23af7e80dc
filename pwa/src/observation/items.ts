import { KINDS, kindOf } from '../entry/kinds.ts';
import { findItem, type Protocol } from '../protocol/protocol.ts';
import { compareText } from './instants.ts';
import { groupBy } from './registers.ts';
import { textOf, wholeOf } from './shapes.ts';
import type {
  CheckView,
  ItemView,
  Photo,
  PhotoView,
  RegisterView,
  Sweep,
  SweepView,
  TallyView,
  TimelineLine,
} from './view.ts';

/** Lines come in order of time, without what was retracted or replaced. */
export function foldItems(
  lines: TimelineLine[],
  protocol: Protocol | null,
): Record<string, ItemView> {
  const keyed = [...groupBy(lines, (line) => line.item_key)].sort(([a], [b]) => compareText(a, b));
  return Object.fromEntries(
    keyed.flatMap(([key, group]): [string, ItemView][] => {
      const type = typeOf(key, group, protocol);
      const fitting = group.filter((line) => kindOf(line.kind)?.item_types.includes(type));
      return fitting.length ? [[key, foldItem(type, fitting)]] : [];
    }),
  );
}

/** Without the protocol, the first of the kinds that were used tells the type. */
function typeOf(key: string, group: TimelineLine[], protocol: Protocol | null): string {
  const item = findItem(protocol, key);
  if (item) return item.type;
  const kind = Object.keys(KINDS).find((name) => group.some((line) => line.kind === name));
  return kindOf(kind ?? '')?.item_types[0] ?? '';
}

function foldItem(type: string, lines: TimelineLine[]): ItemView {
  if (type === 'check') return foldCheck(lines);
  if (type === 'tally') return foldTally(lines);
  if (type === 'sweep') return foldSweep(lines);
  if (type === 'script') return { type, lines: lines.length };
  if (type === 'photo') return foldPhoto(lines);
  return { type: type as RegisterView['type'], versions: lines.map(versionOf) };
}

function foldCheck(lines: TimelineLine[]): CheckView {
  const times = lines.filter((line) => line.kind === 'item.marked').map((line) => line.occurred_at);
  return {
    type: 'check',
    seen: times.length,
    first_seen_at: times[0] ?? null,
    times,
    not_seen: times.length === 0,
  };
}

function foldTally(lines: TimelineLine[]): TallyView {
  const coded = [...groupBy(lines, (line) => textOf(line.payload.code))].sort(([a], [b]) =>
    compareText(a, b),
  );
  return {
    type: 'tally',
    count: lines.length,
    by_code: Object.fromEntries(coded.map(([code, group]) => [code, group.length])),
    last_at: lines.at(-1)?.occurred_at ?? null,
  };
}

function foldSweep(lines: TimelineLine[]): SweepView {
  const sweeps = lines.flatMap((line): Sweep[] => {
    const n = wholeOf(line.payload.n);
    const of = wholeOf(line.payload.of);
    const is_sound = n !== null && of !== null && n >= 0 && n <= of;
    return is_sound ? [{ entry_id: line.entry_id, n, of, occurred_at: line.occurred_at }] : [];
  });
  return {
    type: 'sweep',
    sweeps,
    n_sum: sweeps.reduce((sum, sweep) => sum + sweep.n, 0),
    of_sum: sweeps.reduce((sum, sweep) => sum + sweep.of, 0),
  };
}

function foldPhoto(lines: TimelineLine[]): PhotoView {
  const photos = lines.flatMap(({ entry_id, payload, occurred_at }): Photo[] => {
    const sha256 = textOf(payload.sha256);
    return sha256 === null
      ? []
      : [{ entry_id, sha256, alt: textOf(payload.alt) ?? '', occurred_at }];
  });
  return { type: 'photo', photos };
}

const VALUE_OF: Record<string, string> = { 'rating.given': 'level', 'tags.chosen': 'codes' };

function versionOf(line: TimelineLine): RegisterView['versions'][number] {
  const value = line.payload[VALUE_OF[line.kind] ?? 'value'] ?? null;
  return { entry_id: line.entry_id, value, occurred_at: line.occurred_at };
}
