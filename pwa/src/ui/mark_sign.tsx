import type { MarkState } from '../visits/mark_state.ts';
import { type MessageKey, t } from './messages/messages.ts';

const NAMES: Record<MarkState, MessageKey> = {
  unsaved: 'mark.unsaved',
  ring: 'mark.ring',
  journal: 'mark.journal',
  dot: 'mark.dot',
  check: 'mark.check',
  set_aside: 'mark.set_aside',
  photo_lost: 'mark.photo_lost',
};

/** Ring, dot, check, amber; always the same size, always with its words. */
export function MarkSign({ state }: { state: MarkState | null }) {
  return (
    <span class="sign" data-state={state ?? 'none'}>
      {state && <span class="only-read">{t(NAMES[state])}</span>}
    </span>
  );
}
