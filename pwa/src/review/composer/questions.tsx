import { useState } from 'preact/hooks';
import { Dialog } from '../../ui/dialog.tsx';
import { type MessageKey, t } from '../../ui/messages/messages.ts';
import { RoomLeft } from '../../ui/room_left.tsx';
import { LONGEST, QUESTIONS_MAX } from '../composer_rules.ts';
import type { FeedbackDraft } from '../feedback_draft.ts';
import type { Finding } from '../wording/wording.ts';
import { Findings } from './findings.tsx';

interface Props {
  draft: FeedbackDraft;
  findings: readonly Finding[];
  change: (changed: Partial<FeedbackDraft>) => void;
}

/** Five ways to ask, from the visit to the next look. */
const KINDS: [MessageKey, MessageKey][] = [
  ['question.picture', 'question.picture_text'],
  ['question.change', 'question.change_text'],
  ['question.what', 'question.what_text'],
  ['question.support', 'question.support_text'],
  ['question.again', 'question.again_text'],
];

export function Questions({ draft, findings, change }: Props) {
  const [is_choosing, setChoosing] = useState(false);
  const { questions } = draft;
  const write = (at: number, text: string) =>
    change({ questions: questions.map((question, place) => (place === at ? text : question)) });
  const add = (text: string) => {
    change({ questions: [...questions, text] });
    setChoosing(false);
  };
  return (
    <section>
      <h2>{t('composer.questions')}</h2>
      {questions.map((question, at) => (
        <div key={at} class="compose-block question">
          <textarea
            rows={2}
            value={question}
            aria-label={t('composer.question', { n: at + 1 })}
            onInput={(event) => write(at, event.currentTarget.value)}
          />
          <RoomLeft text={question} most={LONGEST.question} />
          <button
            type="button"
            class="link-button"
            aria-label={t('composer.remove_question', { n: at + 1 })}
            onClick={() => change({ questions: questions.filter((_, place) => place !== at) })}
          >
            {t('action.remove')}
          </button>
          <Findings findings={findings} field={`questions.${at}`} />
        </div>
      ))}
      {questions.length < 2 && <p class="soft">{t('composer.questions_hint')}</p>}
      {questions.length < QUESTIONS_MAX && (
        <button type="button" class="button" onClick={() => setChoosing(true)}>
          {t('composer.choose_question')}
        </button>
      )}
      {is_choosing && (
        <Dialog title={t('composer.choose_question')} onClose={() => setChoosing(false)}>
          <div class="options">
            {KINDS.map(([kind, text]) => (
              <button key={kind} type="button" class="option" onClick={() => add(t(text))}>
                <span>
                  <small>{t(kind)}</small>
                  {t(text)}
                </span>
              </button>
            ))}
            <button type="button" class="option" onClick={() => add('')}>
              <span>{t('question.own')}</span>
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
