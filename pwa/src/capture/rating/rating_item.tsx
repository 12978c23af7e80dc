import type { Level } from '../../protocol/protocol.ts';
import { t } from '../../ui/messages/messages.ts';
import type { InstrumentProps } from '../instrument.ts';
import { AnswerButton, ItemFrame } from '../item_frame.tsx';
import { lastTimes, registerOf } from '../marks.ts';

/** The descriptor of the chosen level stands beneath; all of them are in the item's own dialog. */
export function RatingItem({
  item,
  view,
  state,
  started_at,
  is_agreed,
  record,
  explain,
}: InstrumentProps) {
  const { value, is_in_conflict, occurred_at } = registerOf(view);
  const chosen = item.levels?.find((one) => one.level === value);
  return (
    <ItemFrame
      item={item}
      state={state}
      is_agreed={is_agreed}
      explain={explain}
      time={occurred_at ? lastTimes([occurred_at], started_at, 1) : ''}
      note={
        <Descriptor
          levels={item.levels ?? []}
          text={
            is_in_conflict ? t('capture.two_versions') : (chosen?.descriptor ?? t('rating.choose'))
          }
        />
      }
    >
      {(item.levels ?? []).map(({ level, label }) => (
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

/** Takes the room of the longest descriptor, so that nothing moves when another level is chosen. */
function Descriptor({ levels, text }: { levels: Level[]; text: string }) {
  return (
    <>
      <p>{text}</p>
      {levels.map(({ level, descriptor }) => (
        <p key={level} class="ask-room" aria-hidden="true">
          {descriptor}
        </p>
      ))}
    </>
  );
}
