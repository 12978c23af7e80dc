import { answerLabel } from '../../ui/line_text.ts';
import { t } from '../../ui/messages/messages.ts';
import type { InstrumentProps } from '../instrument.ts';
import { AnswerButton, ItemFrame } from '../item_frame.tsx';
import { lastTimes, registerOf } from '../marks.ts';

export function YesNoItem({
  item,
  view,
  state,
  started_at,
  is_agreed,
  record,
  explain,
}: InstrumentProps) {
  const { value, is_in_conflict, occurred_at } = registerOf(view);
  const answers = item.na_allowed === false ? ['yes', 'no'] : ['yes', 'no', 'na'];
  return (
    <ItemFrame
      item={item}
      state={state}
      is_agreed={is_agreed}
      explain={explain}
      time={occurred_at ? lastTimes([occurred_at], started_at, 1) : ''}
      note={is_in_conflict ? t('capture.two_versions') : undefined}
    >
      {answers.map((answer) => (
        <AnswerButton
          key={answer}
          is_on={value === answer}
          label={answerLabel(answer)}
          onTap={() =>
            record({
              kind: 'answer.given',
              item_key: item.key,
              payload: { value: answer },
            })
          }
        />
      ))}
    </ItemFrame>
  );
}
