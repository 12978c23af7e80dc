import { answerLabel } from '../../ui/line_text.ts';
import { AnswerButton, ItemFrame } from '../item_frame.tsx';
import type { ItemProps } from '../item_props.ts';
import { registerOf } from '../marks.ts';

export function YesNoItem(props: ItemProps) {
  const { item, view, record } = props;
  const { value } = registerOf(view);
  const answers = item.na_allowed === false ? ['yes', 'no'] : ['yes', 'no', 'na'];
  return (
    <ItemFrame {...props}>
      {answers.map((answer) => (
        <AnswerButton
          key={answer}
          is_on={value === answer}
          label={answerLabel(answer)}
          onTap={() =>
            record({ kind: 'answer.given', item_key: item.key, payload: { value: answer } })
          }
        />
      ))}
    </ItemFrame>
  );
}
