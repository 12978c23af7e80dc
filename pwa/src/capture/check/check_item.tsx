import type { CheckView } from '../../observation/view.ts';
import { Icon } from '../../ui/icons.tsx';
import { MarkSign } from '../../ui/mark_sign.tsx';
import { t } from '../../ui/messages/messages.ts';
import { ExplainButton } from '../explain_button.tsx';
import type { ItemProps } from '../item_props.ts';
import { lastTimes } from '../marks.ts';
import { onTap } from '../tap.ts';

/** A tap is "seen", another "seen again"; only Undo takes a mark back. */
export function CheckItem(props: ItemProps) {
  const { item, view, state, started_at, is_agreed, record, explain } = props;
  const check = view?.type === 'check' ? (view as CheckView) : null;
  const seen = check?.seen ?? 0;
  const is_on = seen > 0 || Boolean(check?.not_seen);
  return (
    <div class={is_on ? 'look on' : 'look'}>
      <button
        type="button"
        class="look-tap"
        {...onTap(() => record({ kind: 'item.marked', item_key: item.key, payload: {} }))}
      >
        <span class="look-box" aria-hidden="true">
          {seen === 1 && <Icon name="check" />}
          {seen > 1 && seen}
          {check?.not_seen && '–'}
        </span>
        <span class="look-prompt">
          {item.prompt} {is_agreed && <span class="agreed">{t('capture.agreed')}</span>}
        </span>
        <span class="look-times num">
          <span class="only-read">{seen > 0 ? t('check.seen_times', { n: seen }) : ''}</span>
          {check?.not_seen ? t('check.not_seen') : lastTimes(check?.times ?? [], started_at, 2)}
        </span>
        <MarkSign state={state} />
      </button>
      <ExplainButton item={item} explain={explain} />
    </div>
  );
}
