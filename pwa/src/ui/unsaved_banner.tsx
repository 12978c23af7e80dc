import { useState } from 'preact/hooks';
import { t } from './messages/messages.ts';
import type { Visit } from './visit.ts';

/** The one message that must be seen: a mark is on no disk. */
export function UnsavedBanner({ visit }: { visit: Visit }) {
  const [is_trying, setTrying] = useState(false);
  const n = visit.unsaved.value.length;
  if (n === 0) return null;
  const tryAgain = async () => {
    setTrying(true);
    await visit.tryAgain();
    setTrying(false);
  };
  return (
    <div class="notice strong" role="alert">
      <p>
        <b>{t('unsaved.title', { n })}</b> {t('unsaved.text')}
      </p>
      <button type="button" class="button" disabled={is_trying} onClick={tryAgain}>
        {t('action.try_again')}
      </button>
    </div>
  );
}
