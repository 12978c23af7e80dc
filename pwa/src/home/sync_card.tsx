import { rich, t } from '../ui/messages/messages.ts';
import { ReadFailed } from '../ui/read_failed.tsx';
import { links } from '../ui/routes.ts';
import { NetworkLink } from '../ui/status_line.tsx';
import { oldestText, photosText, waitingReason } from '../ui/sync_words.ts';
import { useTick } from '../ui/ticks.ts';
import { useDevice } from '../visits/device_context.ts';
import { SignInButton } from './sign_in.tsx';

/** The truth about saving, first of all things on Today. */
export function SyncCard() {
  const { sync } = useDevice();
  const now_ms = useTick(15_000);
  const status = sync.status.value;
  const oldest = oldestText(status, now_ms);
  if (status.counted === 'failed') return <ReadFailed onTryAgain={() => sync.nudge()} />;
  if (status.counted === 'not_yet') return <p class="sync-quiet soft">{t('app.opening')}</p>;
  if (status.on_tablet === 0 && status.photos_waiting === 0) {
    return (
      <p class="sync-quiet">
        {status.sent > 0 && <span class="sign" data-state="check" aria-hidden="true" />}
        {status.sent > 0
          ? t(status.set_aside > 0 ? 'sync.all_sent_but' : 'sync.all_sent')
          : t('sync.nothing_yet')}
        <span class="soft">
          <NetworkLink />
        </span>
        <SignInButton next="/app/" />
      </p>
    );
  }
  return (
    <section class="card safe" aria-label={t('sync.title')}>
      <span class="sign" data-state="dot" aria-hidden="true" />
      <p>
        {status.on_tablet > 0 && rich('sync.on_tablet_only', { n: status.on_tablet, oldest })}{' '}
        {status.photos_waiting > 0 && <b>{photosText(status)}</b>}{' '}
        <span class="soft">{waitingReason(status, now_ms)}</span>
      </p>
      <SignInButton next="/app/" />
      <a class="button" href={links.waiting}>
        {t('sync.what_is_waiting')}
      </a>
    </section>
  );
}
