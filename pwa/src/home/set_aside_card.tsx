import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { useDevice } from '../visits/device_context.ts';

/** As long as the server could not take something into its visit, Today says so and leads to the reason. */
export function SetAsideCard() {
  const { sync } = useDevice();
  const { set_aside } = sync.status.value;
  if (set_aside === 0) return null;
  return (
    <section class="card safe">
      <span class="sign" data-state="set_aside" aria-hidden="true" />
      <p>
        <b>{t('today.set_aside', { n: set_aside })}</b>{' '}
        <span class="soft">{t('today.set_aside_text')}</span>
      </p>
      <a class="button" href={links.waiting}>
        {t('today.set_aside_why')}
      </a>
    </section>
  );
}
