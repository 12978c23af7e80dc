import { t } from './messages/messages.ts';
import { OthersCard } from './others_card.tsx';

export function SignInScreen() {
  return (
    <main class="quiet-screen">
      <h1>{t('app.name')}</h1>
      <p>{t('sign_in.nobody')}</p>
      <a class="button primary" href="/sign-in?next=/app/">
        {t('sign_in.link')}
      </a>
      <OthersCard />
    </main>
  );
}

export function StorageFailedScreen() {
  return (
    <main class="quiet-screen">
      <h1>{t('storage.failed_title')}</h1>
      <p>{t('storage.failed_text')}</p>
      <button type="button" class="button primary" onClick={() => location.reload()}>
        {t('action.try_again')}
      </button>
    </main>
  );
}
