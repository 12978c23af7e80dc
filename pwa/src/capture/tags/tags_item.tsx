import { AnswerButton, ItemFrame } from '../item_frame.tsx';
import type { ItemProps } from '../item_props.ts';
import { registerOf } from '../marks.ts';
import { toggleCode } from './chosen_codes.ts';

/** Chips that are chosen together: each tap writes the whole choice anew. */
export function TagsItem(props: ItemProps) {
  const { item, view, record } = props;
  const { value } = registerOf(view);
  const codes = Array.isArray(value) ? (value as string[]) : [];
  const options = item.options ?? [];
  const order = options.map((option) => option.code);
  return (
    <ItemFrame {...props}>
      {options.map(({ code, label }) => (
        <AnswerButton
          key={code}
          is_on={codes.includes(code)}
          label={label}
          onTap={() =>
            record({
              kind: 'tags.chosen',
              item_key: item.key,
              payload: { codes: toggleCode(codes, code, order) },
            })
          }
        />
      ))}
    </ItemFrame>
  );
}
