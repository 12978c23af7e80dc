import { t } from '../../ui/messages/messages.ts';
import { AnswerButton, ItemFrame } from '../item_frame.tsx';
import type { ItemProps } from '../item_props.ts';
import { registerOf } from '../marks.ts';

/** The descriptor of the chosen level stands beneath; all of them are in the item's own dialog. */
export function RatingItem(props: ItemProps) {
  const { item, view, record } = props;
  const { value } = registerOf(view);
  const levels = item.levels ?? [];
  return (
    <ItemFrame
      {...props}
      note={levels.find((one) => one.level === value)?.descriptor ?? t('rating.choose')}
      other_notes={levels.map((one) => one.descriptor)}
    >
      {levels.map(({ level, label }) => (
        <AnswerButton
          key={level}
          is_on={value === level}
          label={label}
          onTap={() => record({ kind: 'rating.given', item_key: item.key, payload: { level } })}
        />
      ))}
    </ItemFrame>
  );
}
