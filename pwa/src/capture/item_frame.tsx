import type { ComponentChildren } from 'preact';
import { MarkSign } from '../ui/mark_sign.tsx';
import { t } from '../ui/messages/messages.ts';
import { ExplainButton } from './explain_button.tsx';
import type { ItemProps } from './item_props.ts';
import { lastTimes, registerOf } from './marks.ts';
import { onTap } from './tap.ts';

interface Props extends ItemProps {
  /** What stands beneath the answers. */
  note?: string;
  /** Takes the room of the longest of these, so that nothing moves when the note changes. */
  other_notes?: string[];
  children: ComponentChildren;
}

/** A question with its answers beneath: yes/no, rating, choice, tags. */
export function ItemFrame(props: Props) {
  const { item, view, state, started_at, is_agreed, explain, other_notes = [], children } = props;
  const { is_in_conflict, occurred_at } = registerOf(view);
  const note = is_in_conflict ? t('capture.two_versions') : props.note;
  const look = (
    <button type="button" class="aside-link" onClick={() => explain(item)}>
      {t('capture.look_at_versions')}
    </button>
  );
  return (
    <fieldset class="ask">
      <legend class="only-read">{item.prompt}</legend>
      <div class="ask-head">
        <span class="ask-prompt" aria-hidden="true">
          {item.prompt}
        </span>
        {is_agreed && <span class="agreed">{t('capture.agreed')}</span>}
        <span class="look-times num">{occurred_at && lastTimes([occurred_at], started_at, 1)}</span>
        <MarkSign state={state} />
        <ExplainButton item={item} explain={explain} />
      </div>
      <div class="ask-answers">{children}</div>
      {note !== undefined && (
        <div class="ask-note">
          <p>
            {note} {is_in_conflict && look}
          </p>
          {other_notes.map((other) => (
            <p key={other} class="ask-room" aria-hidden="true">
              {other}
            </p>
          ))}
        </div>
      )}
    </fieldset>
  );
}

export function AnswerButton(props: { is_on: boolean; label: string; onTap: () => void }) {
  return (
    <button type="button" class="answer" aria-pressed={props.is_on} {...onTap(props.onTap)}>
      {props.label}
    </button>
  );
}
