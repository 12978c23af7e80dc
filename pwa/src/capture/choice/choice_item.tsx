import { t } from '../../ui/messages/messages.ts';
import type { InstrumentProps } from '../instrument.ts';
import { AnswerButton, ItemFrame } from '../item_frame.tsx';
import { lastTimes, registerOf } from '../marks.ts';

export function ChoiceItem({
  item,
  view,
  state,
  started_at,
  is_agreed,
  record,
  explain,
}: InstrumentProps) {
  const { value, is_in_conflict, occurred_at } = registerOf(view);
  return (
    <ItemFrame
      item={item}
      state={state}
      is_agreed={is_agreed}
      explain={explain}
      time={occurred_at ? lastTimes([occurred_at], started_at, 1) : ''}
      note={is_in_conflict ? t('capture.two_versions') : undefined}
    >
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
