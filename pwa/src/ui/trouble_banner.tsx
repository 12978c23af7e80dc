import { t } from './messages/messages.ts';
import { links, route } from './routes.ts';
import { useTroubles } from './use_troubles.ts';

/** On capture nothing may move: there the status line says it. The sync page says it in full. */
const SAY_IT_THEMSELVES = ['capture', 'waiting'];

/** A queue that stands still, a store that refuses, a tablet that is nearly full: on every screen, one tap from why. */
export function TroubleBanner() {
  const { screen } = route.value;
  const [worst] = useTroubles(0);
  const is_shown = worst !== undefined && !SAY_IT_THEMSELVES.includes(screen);
  return (
    <div class="trouble" aria-live="polite">
      {is_shown && (
        <div class="notice strong">
          <p>
            <b>{worst.title}</b> {worst.text}
          </p>
          <a class="button" href={links.waiting}>
            {t('trouble.see')}
          </a>
        </div>
      )}
    </div>
  );
}
