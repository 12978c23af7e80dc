import type { ObservationView, SharedFeedback, Step, Strength } from '../observation/view.ts';

export type { Step, Strength } from '../observation/view.ts';

export interface FeedbackDraft {
  strengths: Strength[];
  step: Step;
  questions: string[];
  /** The lines of the timeline that the notes show. */
  evidence: string[];
}

export type DraftField = keyof FeedbackDraft;

export const DRAFT_FIELDS: readonly DraftField[] = ['strengths', 'step', 'questions', 'evidence'];

export function emptyStep(): Step {
  return {
    text: '',
    try_when: '',
    see_hear: '',
    students_will: '',
    rehearsal: '',
    look_again_on: null,
  };
}

export function emptyDraft(): FeedbackDraft {
  return { strengths: [], step: emptyStep(), questions: [], evidence: [] };
}

/** As last drafted; where nothing was drafted, as last shared. */
export function readDraft(view: Pick<ObservationView, 'drafts' | 'feedback'>): FeedbackDraft {
  const shared: Partial<SharedFeedback> = view.feedback.at(-1) ?? {};
  const draftedOf = (field: DraftField) =>
    view.drafts[field]?.versions.at(-1)?.value ?? shared[field];
  return {
    strengths: readStrengths(draftedOf('strengths')),
    step: readStep(draftedOf('step')),
    questions: texts(draftedOf('questions')),
    evidence: texts(draftedOf('evidence')),
  };
}

function readStrengths(value: unknown): Strength[] {
  const rows = Array.isArray(value) ? value : [];
  return rows.map((row) => ({ text: text(row?.text), evidence: texts(row?.evidence) }));
}

function readStep(value: unknown): Step {
  const step = (value ?? {}) as Partial<Record<keyof Step, unknown>>;
  return {
    text: text(step.text),
    try_when: text(step.try_when),
    see_hear: text(step.see_hear),
    students_will: text(step.students_will),
    rehearsal: text(step.rehearsal),
    look_again_on: text(step.look_again_on) || null,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
