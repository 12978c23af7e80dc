import { type MessageKey, t } from '../../ui/messages/messages.ts';
import type { MarkState } from '../../visits/mark_state.ts';

const SIGNS: [MarkState, MessageKey][] = [
  ['ring', 'legend.ring'],
  ['dot', 'legend.dot'],
  ['check', 'legend.check'],
  ['set_aside', 'legend.set_aside'],
];

/** What the signs beside the marks mean. */
export function Legend() {
  return (
    <ul class="legend soft">
      {SIGNS.map(([state, key]) => (
        <li key={state}>
          <span class="sign" data-state={state} aria-hidden="true" />
          <span>{t(key)}</span>
        </li>
      ))}
    </ul>
  );
}
