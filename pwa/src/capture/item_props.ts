import type { ItemView } from '../observation/view.ts';
import type { Item } from '../protocol/protocol.ts';
import type { MarkState } from '../visits/mark_state.ts';
import type { VisitDraft } from '../visits/visit.ts';

/** What every item on the capture screen is given; `record` counts before it returns and knows what an answer replaces. */
export interface ItemProps {
  item: Item;
  view: ItemView | undefined;
  state: MarkState | null;
  started_at: string;
  is_agreed: boolean;
  record: (draft: VisitDraft) => void;
  explain: (item: Item) => void;
}
