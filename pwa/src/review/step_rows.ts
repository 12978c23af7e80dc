import type { MessageKey } from '../ui/messages/messages.ts';
import type { Step } from './feedback_draft.ts';

/** What belongs to a step beside its sentence, in the order in which it is written and read. */
export const STEP_ROWS: readonly [Exclude<keyof Step, 'text'>, MessageKey][] = [
  ['try_when', 'step.try_when'],
  ['see_hear', 'step.see_hear'],
  ['students_will', 'step.students_will'],
  ['rehearsal', 'step.rehearsal'],
  ['look_again_on', 'step.look_again_on'],
];
