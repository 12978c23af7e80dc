import { rich, t } from '../../ui/messages/messages.ts';
import {
  contactText,
  networkSentence,
  oldestText,
  photosText,
  waitingReason,
} from '../../ui/sync_words.ts';
import { useTick } from '../../ui/ticks.ts';
import { useDevice } from '../../visits/device_context.ts';
import { SignInButton } from '../sign_in.tsx';
import { SendNow } from './send_now.tsx';
import { waitingCount } from './sending.ts';

/** How much is on this tablet only, why, and what the network is like. */
export function StateCard({ onSend }: { onSend: () => void }) {
  const { sync } = useDevice();
  const now_ms = useTick(15_000);
  const status = sync.status.value;
  const { on_tablet, photos_waiting } = status;
  const is_waiting = waitingCount(status) > 0;
  const oldest = oldestText(status, now_ms);
  return (
    <section class={is_waiting ? 'card safe state-card' : 'card safe calm state-card'}>
      <span class="sign" data-state={is_waiting ? 'dot' : 'check'} aria-hidden="true" />
      <div class="state-words">
        {!is_waiting && <p class="state-count">{t('waiting.nothing')}</p>}
        {on_tablet > 0 && (
          <p class="state-count">{rich('sync.on_tablet_only', { n: on_tablet, oldest })}</p>
        )}
        {photos_waiting > 0 && <p class="state-count">{photosText(status)}</p>}
        {is_waiting && <p>{waitingReason(status, now_ms)}</p>}
        <p class="soft">
          {networkSentence(status)} {contactText(status)}
        </p>
      </div>
      <div class="state-acts">
        <SignInButton next="/app/%23/waiting" />
        <SendNow onSend={onSend} />
      </div>
    </section>
  );
}
