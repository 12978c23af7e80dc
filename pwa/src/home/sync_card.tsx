import { useDevice } from '../ui/device.ts';
import { rich, t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { networkText, oldestText, waitingReason } from '../ui/sync_words.ts';
import { useTick } from '../ui/ticks.ts';

/** The truth about saving, first of all things on Today. */
export function SyncCard() {
  const { sync } = useDevice();
  const now_ms = useTick(15_000);
  const status = sync.status.value;
  const oldest = oldestText(status, now_ms);
  if (status.on_tablet === 0) {
    return (
      <p class="sync-quiet">
        {status.sent > 0 && <span class="sign" data-state="check" aria-hidden="true" />}
        {status.sent > 0 ? t('sync.all_sent', { n: status.sent }) : t('sync.nothing_yet')}
        <span class="soft">{networkText(status)}</span>
        {status.network === 'sign-in' && <SignInLink />}
      </p>
    );
  }
  return (
    <section class="card safe" aria-label={t('sync.title')}>
      <span class="sign" data-state="dot" aria-hidden="true" />
      <p>
        {rich('sync.on_tablet_only', { n: status.on_tablet, oldest })}{' '}
        <span class="soft">{waitingReason(status, now_ms)}</span>
      </p>
      {status.network === 'sign-in' && <SignInLink />}
      <a class="button" href={links.waiting}>
        {t('sync.what_is_waiting')}
      </a>
    </section>
  );
}

function SignInLink() {
  return (
    <a class="button" href="/sign-in?next=/app/">
      {t('sign_in.link')}
    </a>
  );
}
