import type { TallyView } from '../../observation/view.ts';
import { MarkSign } from '../../ui/mark_sign.tsx';
import { t } from '../../ui/messages/messages.ts';
import { ExplainButton } from '../explain_button.tsx';
import type { ItemProps } from '../item_props.ts';
import { lastTimes } from '../marks.ts';
import { onTap } from '../tap.ts';

/** One big button; with codes, one button a code under it. */
export function TallyItem({ item, view, state, started_at, record, explain }: ItemProps) {
  const tally = view?.type === 'tally' ? (view as TallyView) : null;
  const count = (code: string | null) =>
    record({ kind: 'count.added', item_key: item.key, payload: { code } });
  const last = tally?.last_at
    ? t('tally.last', { time: lastTimes([tally.last_at], started_at, 1) })
    : '';
  return (
    <div class={item.options?.length ? 'tally coded' : 'tally'}>
      <button type="button" class="tally-tap" {...onTap(() => count(null))}>
        <span class="tally-prompt">{item.prompt}</span>
        <span class="tally-foot">
          <span class="tally-last num">{last}</span>
          <MarkSign state={state} />
          <span class="tally-count num">{tally?.count ?? 0}</span>
        </span>
      </button>
      <ExplainButton item={item} explain={explain} />
      {item.options && item.options.length > 0 && (
        <div class="tally-codes">
          {item.options.map((option) => (
            <button
              key={option.code}
              type="button"
              class="chip-button"
              {...onTap(() => count(option.code))}
            >
              {option.label} <b class="num">{tally?.by_code[option.code] ?? 0}</b>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
