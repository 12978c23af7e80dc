export const ITEM_TYPES = [
  'check',
  'tally',
  'sweep',
  'script',
  'yesno',
  'rating',
  'choice',
  'tags',
  'photo',
] as const;
export type ItemType = (typeof ITEM_TYPES)[number];

export type Channel = 'coaching' | 'walkthrough';

export interface Option {
  code: string;
  label: string;
}

export interface Level {
  level: number;
  label: string;
  descriptor: string;
}

export interface Item {
  key: string;
  type: ItemType;
  prompt: string;
  definition: string;
  counts: string;
  does_not_count: string;
  /** tally: what was counted; choice and tags: what can be chosen; script: quick tags for later. */
  options?: Option[];
  /** rating only, lowest level first */
  levels?: Level[];
  unit?: string;
  /** a quiet reminder every interval_s seconds */
  timing?: { interval_s: number; cue: 'visual' };
  na_allowed?: boolean;
  privacy: { student_identifiers: 'none' };
}

export interface Section {
  key: string;
  title: string;
  items: Item[];
}

export type MeasureRule =
  | 'count'
  | 'count_by_code'
  | 'count_by_tag'
  | 'rate_per_min'
  | 'weighted_percent'
  | 'first_seen'
  | 'share'
  | 'ratio';

export interface Measure {
  key: string;
  label: string;
  rule: MeasureRule;
  of: string | string[];
  /** share only: the answer that is counted ("yes", or an option's code) */
  code?: string;
}

export interface Chart {
  kind: 'bars' | 'line' | 'timeline';
  title: string;
  measures?: string[];
  items?: string[];
}

export interface Reference {
  authors: string;
  year: number;
  title: string;
}

export interface Protocol {
  slug: string;
  version: string;
  title: string;
  purpose: string;
  minutes: number;
  licence: string;
  attribution: string;
  references: Reference[];
  lang: string;
  channels: Channel[];
  sections: Section[];
  measures: Measure[];
  charts: Chart[];
}

export function itemsOf(protocol: Protocol): Item[] {
  return protocol.sections.flatMap((section) => section.items);
}

export function findItem(protocol: Protocol | null, key: string | null): Item | null {
  if (!protocol || key === null) return null;
  return itemsOf(protocol).find((item) => item.key === key) ?? null;
}
