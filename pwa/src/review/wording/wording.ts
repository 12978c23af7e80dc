import type { FeedbackDraft } from '../feedback_draft.ts';
import { type WordList, wordingLists } from './word_lists.ts';

export type FindingCode =
  | 'strength-missing'
  | 'evidence-missing'
  | 'word-not-for-coaching'
  | 'step-too-long'
  | 'step-more-than-one'
  | 'word-to-rethink'
  | 'two-verbs'
  | 'given-name'
  | 'step-missing';

export interface Finding {
  code: FindingCode;
  severity: 'error' | 'warning';
  field: string;
  text: string;
  rewrite?: string;
}

const STEP_LINES = ['text', 'try_when', 'see_hear', 'students_will', 'rehearsal'] as const;

/** Every finding about a coach's own sentences. tests/wire/wording.json holds this and the server to the same answers. */
export function findWording(
  feedback: FeedbackDraft,
  channel: string,
  staff_names: string[],
  lists: WordList = wordingLists,
): Finding[] {
  const staff = new Set(staff_names.flatMap((name) => wordsOf(name)));
  const strengths = feedback.strengths.map((strength, at) => ({
    ...strength,
    field: `strengths.${at}`,
  }));
  const written = strengths.filter((strength) => strength.text.trim() !== '');
  const own = (field: string, text: string) => findInSentence(field, text, channel, staff, lists);
  return [
    ...(written.length === 0 ? [finding('strength-missing', 'error', 'strengths')] : []),
    ...written.flatMap(({ field, text, evidence }) => [
      ...(evidence.length === 0 ? [finding('evidence-missing', 'error', field)] : []),
      ...own(field, text),
    ]),
    ...findInStep(feedback.step.text, lists),
    ...STEP_LINES.flatMap((line) => own(`step.${line}`, feedback.step[line] ?? '')),
    ...feedback.questions.flatMap((question, at) => own(`questions.${at}`, question)),
  ];
}

function finding(
  code: FindingCode,
  severity: Finding['severity'],
  field: string,
  text = '',
  rewrite?: string,
): Finding {
  return rewrite === undefined
    ? { code, severity, field, text }
    : { code, severity, field, text, rewrite };
}

function findInStep(text: string, lists: WordList): Finding[] {
  const field = 'step.text';
  if (text.trim() === '') return [finding('step-missing', 'warning', field)];
  const found: Finding[] = [];
  const count = countWords(text);
  if (count > lists.step_words_max)
    found.push(finding('step-too-long', 'error', field, String(count)));
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > 1) found.push(finding('step-more-than-one', 'error', field));
  const joined = twoVerbs(withoutQuotations(text), lists);
  if (joined) found.push(finding('two-verbs', 'warning', field, joined));
  return found;
}

function findInSentence(
  field: string,
  text: string,
  channel: string,
  staff: Set<string>,
  lists: WordList,
): Finding[] {
  const own = withoutQuotations(text);
  const unwanted = phrasesIn(own, lists.errors[channel] ?? []).map(({ phrase, text }) =>
    finding('word-not-for-coaching', 'error', field, text, lists.rewrites[phrase]),
  );
  const rethink = phrasesIn(own, lists.warnings).map(({ phrase, text }) =>
    finding('word-to-rethink', 'warning', field, text, lists.rewrites[phrase]),
  );
  const rest = withoutPhrases(own, [...lists.warnings, ...(lists.errors[channel] ?? [])]);
  const names = likelyNames(rest, staff, lists).map((name) =>
    finding('given-name', 'warning', field, name),
  );
  return [...unwanted, ...rethink, ...names];
}

/** Same length as the text; what stands between quotation marks becomes blanks. */
export function withoutQuotations(text: string): string {
  return text.replace(/“[^”]*”|"[^"]*"|«[^»]*»/gu, (quotation) => ' '.repeat(quotation.length));
}

export function countWords(text: string): number {
  return text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}'’-]+/u).filter(Boolean);
}

function phrasesIn(
  text: string,
  phrases: string[],
): { phrase: string; text: string; at: number }[] {
  const found = phrases.flatMap((phrase) => {
    const inside = phrase.split(' ').map(escapePattern).join('\\s+');
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${inside}(?![\\p{L}\\p{N}])`, 'giu');
    return [...text.matchAll(pattern)].map((match) => ({
      phrase,
      text: match[0],
      at: match.index,
    }));
  });
  return found.sort((one, other) => one.at - other.at);
}

/** A capital in "Needs Improvement" is no name. */
function withoutPhrases(text: string, phrases: string[]): string {
  return phrasesIn(text, phrases).reduce(
    (rest, { text, at }) =>
      rest.slice(0, at) + 'x'.repeat(text.length) + rest.slice(at + text.length),
    text,
  );
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function twoVerbs(text: string, lists: WordList): string | null {
  const verbs = new Set(lists.step_verbs);
  const words = wordsOf(text);
  const lower = words.map((word) => word.toLowerCase());
  for (let at = 1; at < words.length - 1; at += 1) {
    const joins = lists.joining_words.includes(lower[at] ?? '');
    const hasVerbBefore = lower.slice(0, at).some((word) => verbs.has(word));
    if (joins && hasVerbBefore && verbs.has(lower[at + 1] ?? ''))
      return `${words[at]} ${words[at + 1]}`;
  }
  return null;
}

/** A capital inside a sentence that no list explains. Students' names are never stored, so they cannot be looked up. */
function likelyNames(text: string, staff: Set<string>, lists: WordList): string[] {
  const allowed = new Set(lists.capitals_allowed);
  const inside = /(?<=[\p{L}\p{N},;:)][\s]+)\p{Lu}\p{Ll}[\p{L}'’-]*/gu;
  const names = [...text.matchAll(inside)].map((match) => match[0].replace(/['’]s$/u, ''));
  return names.filter((name) => !allowed.has(name) && !staff.has(name));
}
