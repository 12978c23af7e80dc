import { t } from './messages/messages.ts';

/** In the place of what could not be read: never an empty list, never waiting without an end. */
export function ReadFailed({ onTryAgain }: { onTryAgain: () => void }) {
  return (
    <section class="notice strong" role="alert">
      <p>
        <b>{t('read_failed.title')}</b> {t('read_failed.text')}
      </p>
      <button type="button" class="button" onClick={onTryAgain}>
        {t('action.try_again')}
      </button>
    </section>
  );
}
