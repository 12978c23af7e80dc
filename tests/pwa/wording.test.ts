import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { emptyDraft, emptyStep, type FeedbackDraft } from '../../pwa/src/review/feedback_draft.ts';
import { readingLevel } from '../../pwa/src/review/wording/reading_level.ts';
import { wordingLists } from '../../pwa/src/review/wording/word_lists.ts';
import {
  countWords,
  findWording,
  withoutQuotations,
} from '../../pwa/src/review/wording/wording.ts';

interface Case {
  name: string;
  channel: string;
  staff_names: string[];
  feedback: Partial<FeedbackDraft>;
  findings: { code: string; severity: string; field: string; text: string }[];
}

const golden: { codes: string[]; cases: Case[] } = JSON.parse(
  readFileSync(new URL('../wire/wording.json', import.meta.url), 'utf8'),
);

function completed(feedback: Partial<FeedbackDraft>): FeedbackDraft {
  return { ...emptyDraft(), ...feedback, step: { ...emptyStep(), ...feedback.step } };
}

describe('the wording helper', () => {
  for (const { name, channel, staff_names, feedback, findings } of golden.cases) {
    test(name, () => {
      const found = findWording(completed(feedback), channel, staff_names);
      expect(
        found.map(({ code, severity, field, text }) => ({ code, severity, field, text })),
      ).toEqual(findings);
    });
  }

  test('every code has an example', () => {
    const shown = new Set(
      golden.cases.flatMap((one) => one.findings.map((finding) => finding.code)),
    );
    expect([...shown].sort()).toEqual([...golden.codes].sort());
  });

  test('every listed word has something to say instead', () => {
    const words = [...wordingLists.warnings, ...Object.values(wordingLists.errors).flat()];
    expect(words.filter((word) => !wordingLists.rewrites[word])).toEqual([]);
  });

  test('blanking a quotation keeps every other letter in its place', () => {
    const text = 'You said “good” and «bien» and "nice".';
    expect(withoutQuotations(text)).toHaveLength(text.length);
    expect(withoutQuotations(text)).not.toMatch(/good|bien|nice/);
  });

  test('words are counted as people count them', () => {
    expect(countWords('  wait – three seconds\nthen ask ')).toBe(5);
  });

  test('long words and sentences read harder than short ones', () => {
    const easy =
      readingLevel('Wait three seconds. Then ask one child. Show the card to them.') ?? 0;
    const hard =
      readingLevel(
        'Systematically incorporating metacognitive interrogation necessitates deliberate anticipation of misconceptions.',
      ) ?? 0;
    expect(easy).toBeLessThan(hard);
    expect(readingLevel('Too short')).toBeNull();
  });
});
