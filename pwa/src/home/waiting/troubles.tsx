import { clockText } from '../../ui/sync_words.ts';
import { useTroubles } from '../../ui/use_troubles.ts';
import { useDevice } from '../../visits/device_context.ts';

/** What else somebody should know: a store that refuses, a full tablet, a clock that is off. */
export function Troubles() {
  const { sync } = useDevice();
  const clock = clockText(sync.status.value);
  // Why sending stands still is said above, and what was set aside below.
  const troubles = useTroubles(0).filter(({ code }) => !['attention', 'stalled'].includes(code));
  return (
    <>
      {troubles.map(({ code, title, text }) => (
        <section key={code} class="notice">
          <p>
            <b>{title}</b> {text}
          </p>
        </section>
      ))}
      {clock && (
        <section class="notice">
          <p>{clock}</p>
        </section>
      )}
    </>
  );
}
