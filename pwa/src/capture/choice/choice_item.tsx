import { AnswerButton, ItemFrame } from '../item_frame.tsx';
import type { ItemProps } from '../item_props.ts';
import { registerOf } from '../marks.ts';

export function ChoiceItem(props: ItemProps) {
  const { item, view, record } = props;
  const { value } = registerOf(view);
  return (
    <ItemFrame {...props}>
      {(item.options ?? []).map(({ code, label }) => (
        <AnswerButton
          key={code}
          is_on={value === code}
          label={label}
          onTap={() =>
            record({ kind: 'value.given', item_key: item.key, payload: { value: code } })
          }
        />
      ))}
    </ItemFrame>
  );
}
