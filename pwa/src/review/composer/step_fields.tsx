import { type MessageKey, t } from '../../ui/messages/messages.ts';
import type { FeedbackDraft, Step } from '../feedback_draft.ts';
import { wordingLists } from '../wording/word_lists.ts';
import { countWords, type Finding } from '../wording/wording.ts';
import { Findings } from './findings.tsx';

interface Props {
  draft: FeedbackDraft;
  findings: readonly Finding[];
  change: (changed: Partial<FeedbackDraft>) => void;
}

type Line = 'try_when' | 'see_hear' | 'students_will' | 'rehearsal';

const LINES: [Line, MessageKey][] = [
  ['try_when', 'step.try_when'],
  ['see_hear', 'step.see_hear'],
  ['students_will', 'step.students_will'],
  ['rehearsal', 'step.rehearsal'],
];

export function StepFields({ draft, findings, change }: Props) {
  const { step } = draft;
  const write = (changed: Partial<Step>) => change({ step: { ...step, ...changed } });
  const most = wordingLists.step_words_max;
  const n = countWords(step.text);
  return (
    <section>
      <h2>{t('composer.step')}</h2>
      <div class="compose-block">
        <textarea
          rows={2}
          maxLength={600}
          value={step.text}
          placeholder={t('composer.step_example')}
          aria-label={t('composer.step')}
          onInput={(event) => write({ text: event.currentTarget.value })}
        />
        <p class={n > most ? 'counter over num' : 'counter num'}>
          {t('composer.words', { n, most })}
        </p>
        <Findings findings={findings} field="step.text" />
      </div>
      <div class="step-lines">
        {LINES.map(([line, key]) => (
          <label key={line} class="step-line">
            <span>{t(key)}</span>
            <input
              type="text"
              maxLength={300}
              value={step[line]}
              onInput={(event) => write({ [line]: event.currentTarget.value })}
            />
            <Findings findings={findings} field={`step.${line}`} />
          </label>
        ))}
        <label class="step-line">
          <span>{t('step.look_again_on')}</span>
          <input
            type="date"
            value={step.look_again_on ?? ''}
            onInput={(event) => write({ look_again_on: event.currentTarget.value || null })}
          />
        </label>
      </div>
    </section>
  );
}
