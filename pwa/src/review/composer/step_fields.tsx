import type { ComponentChildren } from 'preact';
import { t } from '../../ui/messages/messages.ts';
import { RoomLeft } from '../../ui/room_left.tsx';
import { LONGEST } from '../composer_rules.ts';
import type { FeedbackDraft, Step } from '../feedback_draft.ts';
import { STEP_ROWS } from '../step_rows.ts';
import { wordingLists } from '../wording/word_lists.ts';
import { countWords, type Finding } from '../wording/wording.ts';
import { Findings } from './findings.tsx';

interface Props {
  draft: FeedbackDraft;
  findings: readonly Finding[];
  change: (changed: Partial<FeedbackDraft>) => void;
}

export function StepFields({ draft, findings, change }: Props) {
  const { step } = draft;
  const write = (changed: Partial<Step>) => {
    const { look_again_on, ...texts } = { ...step, ...changed };
    change({ step: { ...texts, look_again_on: look_again_on || null } });
  };
  const most = wordingLists.step_words_max;
  const n = countWords(step.text);
  return (
    <section>
      <h2>{t('composer.step')}</h2>
      <div class="compose-block">
        <textarea
          rows={2}
          value={step.text}
          placeholder={t('composer.step_example')}
          aria-label={t('composer.step')}
          onInput={(event) => write({ text: event.currentTarget.value })}
        />
        <RoomLeft text={step.text} most={LONGEST.step} />
        <p class={n > most ? 'counter over num' : 'counter num'}>
          {t('composer.words', { n, most })}
        </p>
        <Findings findings={findings} field="step.text" />
      </div>
      <div class="step-lines">
        {STEP_ROWS.map(([line, key]) => (
          <StepLine
            key={line}
            label={t(key)}
            is_day={line === 'look_again_on'}
            value={step[line] ?? ''}
            onInput={(text) => write({ [line]: text })}
          >
            <Findings findings={findings} field={`step.${line}`} />
          </StepLine>
        ))}
      </div>
    </section>
  );
}

interface LineProps {
  label: string;
  is_day: boolean;
  value: string;
  onInput: (text: string) => void;
  children: ComponentChildren;
}

function StepLine({ label, is_day, value, onInput, children }: LineProps) {
  const given = {
    value,
    onInput: (event: { currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value),
  };
  if (is_day)
    return (
      <label class="step-line">
        <span>{label}</span>
        <input type="date" {...given} />
      </label>
    );
  return (
    <label class="step-line">
      <span>{label}</span>
      <input type="text" {...given} />
      <RoomLeft text={value} most={LONGEST.step_row} />
      {children}
    </label>
  );
}
