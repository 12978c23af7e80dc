import { useDevice } from '../visits/device_context.ts';
import { rich, t } from './messages/messages.ts';
import { links } from './routes.ts';
import { networkText } from './sync_words.ts';
import { useTick } from './ticks.ts';
import { shortDuration } from './times.ts';
import type { Trouble } from './trouble.ts';
import { useTroubles } from './use_troubles.ts';

/** "12 on this tablet only, oldest 3 min · no network since 9:04": the truth about saving, quietly. */
export function StatusLine({ set_aside }: { set_aside?: number }) {
  const { sync } = useDevice();
  const [worst] = useTroubles(set_aside);
  const { on_tablet, photos_waiting, oldest_unsent_at, counted } = sync.status.value;
  if (counted !== 'counted') return null;
  const n = on_tablet + photos_waiting;
  return (
    <p class="status-line num">
      {n > 0 ? <OnTablet n={n} oldest_at={oldest_unsent_at} /> : t('status.all_sent')}
      <span class="soft">
        {' · '}
        {worst ? <TroubleLink trouble={worst} /> : <NetworkLink />}
      </span>
    </p>
  );
}

/** "12 on this tablet only, oldest 3 min" */
export function OnTablet({ n, oldest_at }: { n: number; oldest_at: string | null }) {
  const now_ms = useTick(15_000);
  if (n === 0 || !oldest_at) return <>{rich('status.on_tablet', { n })}</>;
  const oldest = shortDuration(now_ms - Date.parse(oldest_at));
  return <>{rich('status.on_tablet_oldest', { n, oldest })}</>;
}

/** "connected", and the way to all that is known of what is saved and sent. */
export function NetworkLink() {
  const { sync } = useDevice();
  const text = networkText(sync.status.value);
  return (
    <a class="quiet-link" href={links.waiting} aria-label={t('status.to_sync', { text })}>
      {text}
    </a>
  );
}

export function TroubleLink({ trouble }: { trouble: Trouble }) {
  return (
    <a class="aside-link" href={links.waiting}>
      {trouble.line}
    </a>
  );
}
