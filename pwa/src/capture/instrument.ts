import type { ItemView } from '../observation/view.ts';
import type { Item } from '../protocol/protocol.ts';
import type { MarkState } from '../ui/mark_state.ts';
import type { VisitDraft } from '../ui/visit.ts';

/** What every instrument is given; `record` shows the ring before it returns and knows what an answer replaces. */
export interface InstrumentProps {
  item: Item;
  view: ItemView | undefined;
  state: MarkState | null;
  started_at: string;
  is_agreed: boolean;
  record: (draft: VisitDraft) => void;
  explain: (item: Item) => void;
}
