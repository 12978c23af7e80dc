import { useEffect, useState } from 'preact/hooks';
import { type MessageKey, t } from '../../ui/messages/messages.ts';
import { waitingReason } from '../../ui/sync_words.ts';
import { useTick } from '../../ui/ticks.ts';
import { duration } from '../../ui/times.ts';
import { useDevice } from '../../visits/device_context.ts';
import {
  beginSending,
  followSending,
  type Outcome,
  outcomeOf,
  progressOf,
  type Sending,
  waitingCount,
} from './sending.ts';

const OUTCOMES: Record<Exclude<Outcome, 'some_left'>, MessageKey> = {
  all_sent: 'sending.all_sent',
  offline: 'sending.offline',
  sign_in: 'sync.why_sign_in',
};

/** Tries at once, says how far it is, and then what came of it. */
export function SendNow({ onSend }: { onSend: () => void }) {
  const { sync } = useDevice();
  const [sending, setSending] = useState<Sending | null>(null);
  const status = sync.status.value;
  useEffect(() => setSending((now) => now && followSending(now, status)), [status]);
  const is_going = sending !== null && !sending.is_over;
  const send = () => {
    setSending(beginSending(sync.status.peek(), Date.now()));
    onSend();
  };
  return (
    <div class="send-now">
      <button
        type="button"
        class={waitingCount(status) > 0 ? 'button primary' : 'button'}
        disabled={is_going}
        onClick={send}
      >
        {t('waiting.send_now')}
      </button>
      <div role="status">{sending && <Said sending={sending} />}</div>
    </div>
  );
}

function Said({ sending }: { sending: Sending }) {
  const { sync } = useDevice();
  const now_ms = useTick(1_000);
  const status = sync.status.value;
  if (sending.is_over) {
    const outcome = outcomeOf(status);
    const is_left = outcome === 'some_left';
    return <p>{is_left ? waitingReason(status, now_ms) : t(OUTCOMES[outcome])}</p>;
  }
  const { n, of, left_ms } = progressOf(sending, status, now_ms);
  return (
    <>
      <progress max={Math.max(1, of)} value={n} aria-label={t('sending.progress')} />
      <p class="num">
        {t('sending.n_of', { n, of })}
        {left_ms !== null && <> {t('sending.left', { time: duration(left_ms) })}</>}
      </p>
    </>
  );
}
