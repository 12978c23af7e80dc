import type { ObservationView, TimelineLine } from '../observation/view.ts';
import type { FeedbackDraft, Strength } from './feedback_draft.ts';

export const LINES_MAX = 12;
export const STRENGTHS_MAX = 2;
export const QUESTIONS_MAX = 3;
/** Characters of what is shared. A field takes more, so that nothing pasted is cut, and says that it is too much. */
export const LONGEST = { strength: 1000, question: 600, step: 600, step_row: 300 } as const;

/** What a tap on a line cites it for: a strength by its place, or the notes alone. */
export type CiteTarget = number | 'notes';

export function is_cited(draft: FeedbackDraft, entry_id: string, target: CiteTarget): boolean {
  if (target === 'notes') return draft.evidence.includes(entry_id);
  return draft.strengths[target]?.evidence.includes(entry_id) ?? false;
}

/** The places (1, 2) of the strengths that cite a line. */
export function citedBy(draft: FeedbackDraft, entry_id: string): number[] {
  return draft.strengths.flatMap((strength, at) =>
    strength.evidence.includes(entry_id) ? [at + 1] : [],
  );
}

/** Citing for a strength also shows the line; taking it from the notes takes it from the strengths. */
export function toggleCite(
  draft: FeedbackDraft,
  entry_id: string,
  target: CiteTarget,
): FeedbackDraft {
  const has = is_cited(draft, entry_id, target);
  if (target === 'notes' && has) {
    return {
      ...draft,
      evidence: without(draft.evidence, entry_id),
      strengths: draft.strengths.map((one) => ({
        ...one,
        evidence: without(one.evidence, entry_id),
      })),
    };
  }
  if (target === 'notes') return { ...draft, evidence: [...draft.evidence, entry_id] };
  const strengths = withStrength(draft.strengths, target, (one) => ({
    ...one,
    evidence: has ? without(one.evidence, entry_id) : [...one.evidence, entry_id],
  }));
  const still_cited = strengths.some((one) => one.evidence.includes(entry_id));
  const evidence = without(draft.evidence, entry_id);
  return { ...draft, strengths, evidence: still_cited ? [...evidence, entry_id] : evidence };
}

export function withStrength(
  strengths: readonly Strength[],
  at: number,
  change: (strength: Strength) => Strength,
): Strength[] {
  const places = Math.max(strengths.length, at + 1);
  return Array.from({ length: places }, (_, place) => {
    const strength = strengths[place] ?? { text: '', evidence: [] };
    return place === at ? change(strength) : strength;
  });
}

function without(ids: readonly string[], entry_id: string): string[] {
  return ids.filter((id) => id !== entry_id);
}

/** Without lines that were taken back since, in the order of time; what a strength cites is a line of the notes. */
export function liveDraft(draft: FeedbackDraft, timeline: readonly TimelineLine[]): FeedbackDraft {
  const order = timeline.map((line) => line.entry_id);
  const live = (ids: readonly string[]) => order.filter((id) => ids.includes(id));
  const strengths = draft.strengths.map((one) => ({ ...one, evidence: live(one.evidence) }));
  const cited = strengths.flatMap((strength) => strength.evidence);
  return { ...draft, strengths, evidence: live([...draft.evidence, ...cited]) };
}

/** Drafts of two tablets can meet in more lines than the notes have room for: the cited ones stay, then the earliest. */
function fitLines({ strengths, evidence }: FeedbackDraft): string[] {
  const cited = new Set(strengths.flatMap((strength) => strength.evidence));
  const by_weight = [
    ...evidence.filter((id) => cited.has(id)),
    ...evidence.filter((id) => !cited.has(id)),
  ];
  const shown = by_weight.slice(0, LINES_MAX);
  return evidence.filter((id) => shown.includes(id));
}

/** What is shared: live lines only, as many as fit, and no blanks. */
export function cleanDraft(draft: FeedbackDraft, timeline: readonly TimelineLine[]): FeedbackDraft {
  const strengths = draft.strengths
    .filter((strength) => strength.text.trim() !== '')
    .map((strength) => ({ ...strength, text: strength.text.trim() }));
  const live = liveDraft({ ...draft, strengths }, timeline);
  const trimmed = Object.entries(draft.step).map(([line, text]) => [
    line,
    text?.trim() || (line === 'look_again_on' ? null : ''),
  ]);
  return {
    strengths: live.strengths,
    step: Object.fromEntries(trimmed),
    questions: draft.questions.map((question) => question.trim()).filter(Boolean),
    evidence: fitLines(live),
  };
}

export function has_too_long_text({ strengths, step, questions }: FeedbackDraft): boolean {
  const { text, look_again_on: _day, ...rows } = step;
  return (
    strengths.some((strength) => is_longer(strength.text, LONGEST.strength)) ||
    questions.some((question) => is_longer(question, LONGEST.question)) ||
    is_longer(text, LONGEST.step) ||
    Object.values(rows).some((row) => is_longer(row, LONGEST.step_row))
  );
}

function is_longer(text: string, most: number): boolean {
  return text.trim().length > most;
}

export function nextVersion(view: Pick<ObservationView, 'feedback'>): number {
  return Math.max(0, ...view.feedback.map((one) => one.version)) + 1;
}

/** True where the teacher already has exactly this. */
export function is_as_shared(
  draft: FeedbackDraft,
  view: Pick<ObservationView, 'feedback'>,
): boolean {
  const latest = view.feedback.at(-1);
  if (!latest) return false;
  const { strengths, step, questions, evidence } = latest;
  return asText(draft) === asText({ strengths, step, questions, evidence });
}

function asText({ strengths, step, questions, evidence }: FeedbackDraft): string {
  const ordered = strengths.map(({ text, evidence }) => [text, evidence]);
  const lines = Object.entries(step).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([ordered, lines, questions, evidence]);
}
