import type { Item } from '../protocol/protocol.ts';
import { Icon } from '../ui/icons.tsx';
import { t } from '../ui/messages/messages.ts';

export function ExplainButton({ item, explain }: { item: Item; explain: (item: Item) => void }) {
  return (
    <button
      type="button"
      class="explain"
      onClick={() => explain(item)}
      aria-label={t('capture.about', { prompt: item.prompt })}
    >
      <Icon name="more" />
    </button>
  );
}
