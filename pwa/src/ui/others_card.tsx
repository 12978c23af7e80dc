import { others } from '../visits/others.ts';
import { rich } from './messages/messages.ts';

/** What others left on this tablet, in numbers only, until it has been sent. */
export function OthersCard() {
  const waiting = others.value.filter(({ sync }) => sync.status.value.on_tablet > 0);
  return (
    <>
      {waiting.map(({ display_name, sync }) => (
        <p key={display_name} class="card safe">
          <span class="sign" data-state="dot" aria-hidden="true" />
          <span>
            {rich('others.waiting', { n: sync.status.value.on_tablet, name: display_name })}
          </span>
        </p>
      ))}
    </>
  );
}
