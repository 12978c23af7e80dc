import type { ComponentChildren } from 'preact';
import type { Item } from '../protocol/protocol.ts';
import { MarkSign } from '../ui/mark_sign.tsx';
import type { MarkState } from '../ui/mark_state.ts';
import { t } from '../ui/messages/messages.ts';
import { ExplainButton } from './explain_button.tsx';

interface Props {
  item: Item;
  state: MarkState | null;
  is_agreed: boolean;
  time: string;
  /** What stands beneath the answers. */
  note?: ComponentChildren;
  explain: (item: Item) => void;
  children: ComponentChildren;
}

/** A question with its answers beneath: yes/no, rating, choice, tags. */
export function ItemFrame({ item, state, is_agreed, time, note, explain, children }: Props) {
  return (
    <fieldset class="ask">
      <legend class="only-read">{item.prompt}</legend>
      <div class="ask-head">
        <span class="ask-prompt" aria-hidden="true">
          {item.prompt}
        </span>
        {is_agreed && <span class="agreed">{t('capture.agreed')}</span>}
        <span class="look-times num">{time}</span>
        <MarkSign state={state} />
        <ExplainButton item={item} explain={explain} />
      </div>
      <div class="ask-answers">{children}</div>
      {note !== undefined && <div class="ask-note">{note}</div>}
    </fieldset>
  );
}

export function AnswerButton(props: { is_on: boolean; label: string; onTap: () => void }) {
  return (
    <button type="button" class="answer" aria-pressed={props.is_on} onClick={props.onTap}>
      {props.label}
    </button>
  );
}
