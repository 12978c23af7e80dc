import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../pwa/src/entry/entry.ts';
import { KINDS } from '../../pwa/src/entry/kinds.ts';
import { fold } from '../../pwa/src/observation/fold.ts';
import { instantOf } from '../../pwa/src/observation/instants.ts';
import { measuresOf } from '../../pwa/src/observation/measures.ts';
import type { ObservationView } from '../../pwa/src/observation/view.ts';
import type { Protocol } from '../../pwa/src/protocol/protocol.ts';

const ROOT = new URL('../../', import.meta.url);
const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, ROOT), 'utf-8')) as T;
/** What is written down is JSON: a key that is undefined would be a key too many. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

interface Case {
  name: string;
  has_protocol: boolean;
  entries: Entry[];
  view: ObservationView;
}

const wire = read<{ protocol: Protocol; cases: Case[] }>('tests/wire/fold-cases.json');
const folders = readdirSync(new URL('protocols/', ROOT), { withFileTypes: true });
const slugs = folders.filter((folder) => folder.isDirectory()).map((folder) => folder.name);
const sampleOf = (slug: string) => {
  const { context } = read<ObservationView>(`protocols/${slug}/sample.view.json`);
  return {
    protocol: read<Protocol>(`protocols/${slug}/${context?.protocol_version}.json`),
    entries: read<Entry[]>(`protocols/${slug}/sample.entries.json`),
  };
};

test('both languages know the same kinds', () => {
  const known = read<object>('tests/wire/kinds.json');
  expect(KINDS).toStrictEqual(known);
  expect(Object.keys(KINDS)).toEqual(Object.keys(known));
});

describe('the story that the server tells', () => {
  test.each(wire.cases)('of $name', ({ entries, has_protocol, view }) => {
    const told = fold(entries, has_protocol ? wire.protocol : null);
    expect(told).toStrictEqual(view);
    expect(asJson(told)).toStrictEqual(view);
  });

  test.each(slugs)('of the worked sample of %s, with its measures', (slug) => {
    const { protocol, entries } = sampleOf(slug);
    const view = fold(entries, protocol);
    expect(view).toStrictEqual(read(`protocols/${slug}/sample.view.json`));
    const measures = measuresOf(view, protocol);
    expect(measures).toStrictEqual(read(`protocols/${slug}/sample.measures.json`));
  });
});

test('four sweeps are weighted and not averaged', () => {
  const { protocol, entries } = sampleOf('engagement-sweep');
  const [percent] = measuresOf(fold(entries, protocol), protocol);
  expect(percent?.detail).toEqual({ n_sum: 74, of_sum: 89 });
  expect(percent?.value).toBeCloseTo(83.146, 3);
});

test('a share leaves out what did not apply', () => {
  const { protocol, entries } = sampleOf('engagement-sweep');
  const of = 'directions_visible';
  const measures = [{ key: 'm', label: 'M', rule: 'share' as const, of, code: 'yes' }];
  const view = fold(entries, protocol);
  expect(measuresOf(view, { ...protocol, measures })[0]).toMatchObject({ value: 100, n: 1 });
  view.items[of] = { type: 'yesno', versions: [{ entry_id: 'e', value: 'na', occurred_at: '' }] };
  expect(measuresOf(view, { ...protocol, measures })[0]).toMatchObject({
    value: null,
    reason: 'not_applicable',
    detail: { na: 1, hits: 0 },
  });
});

test('of two contents of one id the same is told in any order', () => {
  const found = wire.cases.find((one) => one.name === 'one id, two contents');
  const entries = found?.entries ?? [];
  expect(fold(entries.toReversed(), null)).toStrictEqual(fold(entries, null));
  expect(entries).toHaveLength(4);
});

const logs = [...wire.cases.map((one) => one.entries), ...slugs.map((s) => sampleOf(s).entries)];

/** Some of a log's entries; then the same ones in another order, some of them more than once. */
const partAndShuffled = fc.constantFrom(...logs).chain((log) =>
  fc.subarray(log).chain((part) =>
    fc.record({
      part: fc.constant(part),
      shuffled: fc
        .shuffledSubarray(part, { minLength: part.length })
        .chain((all) => fc.subarray(part).map((again) => [...again, ...all])),
    }),
  ),
);

test('order, batching and repetition change nothing', () => {
  fc.assert(
    fc.property(partAndShuffled, ({ part, shuffled }) => {
      expect(fold(shuffled, wire.protocol)).toStrictEqual(fold(part, wire.protocol));
    }),
    { numRuns: 500 },
  );
});

test('folding leaves the entries as they were', () => {
  for (const log of logs) {
    const before = JSON.stringify(log);
    fold(log, wire.protocol);
    expect(JSON.stringify(log)).toBe(before);
  }
});

test('what is no time is nought, and what is one is told by its instant', () => {
  for (const text of ['', 'yesterday', '2026-02-30T09:00:00.000Z', '2026-11-12T09:05:12.345', null])
    expect(instantOf(text)).toBe(0);
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1970-01-02'), max: new Date('2200-01-01'), noInvalidDate: true }),
      fc.integer({ min: -14 * 60, max: 14 * 60 }),
      (date, offset) => {
        const wall = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const pad = (n: number) => String(n).padStart(2, '0');
        const away = Math.abs(offset);
        const text = `${wall}${offset < 0 ? '-' : '+'}${pad(Math.floor(away / 60))}:${pad(away % 60)}`;
        expect(instantOf(text)).toBe(date.getTime());
      },
    ),
  );
});
