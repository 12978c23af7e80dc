import { t } from '../../ui/messages/messages.ts';
import type { InstrumentProps } from '../instrument.ts';
import { AnswerButton, ItemFrame } from '../item_frame.tsx';
import { lastTimes, registerOf } from '../marks.ts';
import { toggleCode } from './chosen_codes.ts';

/** Chips that are chosen together: each tap writes the whole choice anew. */
export function TagsItem({
  item,
  view,
  state,
  started_at,
  is_agreed,
  record,
  explain,
}: InstrumentProps) {
  const { value, is_in_conflict, occurred_at } = registerOf(view);
  const codes = Array.isArray(value) ? (value as string[]) : [];
  const order = (item.options ?? []).map((option) => option.code);
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
