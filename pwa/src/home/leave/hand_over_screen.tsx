import { useState } from 'preact/hooks';
import { t } from '../../ui/messages/messages.ts';
import { RescueButton, type RescueProps } from '../../ui/rescue_button.tsx';
import { HomeHead } from '../home_head.tsx';
import { findHindrance, type Hindrance } from './leaving.ts';
import { type Waiting, WaitingLine } from './waiting_line.tsx';

export interface HandOverProps {
  waiting: Waiting;
  /** A mark is in memory only. */
  has_unsaved: boolean;
  /** Why what waits waits, in the words of the status line. */
  reason: string;
  has_pin: boolean;
  /** null: none can be made yet. */
  rescue: Pick<RescueProps, 'bytes' | 'is_sealed' | 'onMake'> | null;
  /** How many of what waits are photos. */
  photos?: number;
  /** Marks that the log has not: a file holds them, too, and keeps nothing from being lost here. */
  loose?: number;
  onSendNow: () => void;
  /** Locks, where there is a PIN, and asks who works here. */
  onHandOver: () => void;
  /** False: it needs the network. */
  onSignOut: () => Promise<boolean>;
  onRemove: () => Promise<boolean>;
}

/** Before this tablet goes into other hands. Nothing leaves while something is on it only. */
export function HandOverScreen(props: HandOverProps) {
  const { waiting, has_unsaved, reason, has_pin, rescue, onSendNow } = props;
  const { photos = 0, loose = 0 } = props;
  const [rescued, setRescued] = useState(0);
  const standing = { n: waiting.n, has_unsaved, rescued };
  const hand_over = findHindrance('hand_over', standing);
  const take_away = findHindrance('take_away', standing);
  const wants_file = take_away === 'unsent' || take_away === 'not_saved';
  return (
    <>
      <HomeHead title={t('leave.title')} />
      <main class="today leave">
        <section class={take_away ? 'card leave-first' : 'card leave-first calm'}>
          <WaitingLine waiting={waiting} />
          {take_away && <p role="status">{hindranceText(take_away, rescued > 0)}</p>}
          {take_away === 'unsent' && <p class="soft">{reason}</p>}
          {take_away && take_away !== 'not_saved' && (
            <button type="button" class="button primary" onClick={onSendNow}>
              {t('waiting.send_now')}
            </button>
          )}
          {wants_file && rescue && (
            <RescueButton
              n={waiting.n === null ? null : waiting.n - photos + loose}
              photos={photos}
              {...rescue}
              onSaved={setRescued}
            />
          )}
          {wants_file && !rescue && <p class="soft">{t('waiting.no_rescue')}</p>}
        </section>
        <HandOver is_free={hand_over === null} has_pin={has_pin} onHandOver={props.onHandOver} />
        <TakeAway
          title={t('account.sign_out')}
          text={t('leave.sign_out_text')}
          is_free={take_away === null}
          onSure={props.onSignOut}
        />
        <TakeAway
          title={t('leave.remove')}
          text={t('leave.remove_text')}
          is_free={take_away === null}
          onSure={props.onRemove}
        />
      </main>
    </>
  );
}

interface HandOverPart {
  is_free: boolean;
  has_pin: boolean;
  onHandOver: () => void;
}

function HandOver({ is_free, has_pin, onHandOver }: HandOverPart) {
  return (
    <section class="card leave-way">
      <div>
        <h2>{t('leave.hand_over')}</h2>
        <p class="soft">{t(has_pin ? 'leave.hand_over_text' : 'leave.hand_over_no_pin')}</p>
      </div>
      <button type="button" class="button" disabled={!is_free} onClick={onHandOver}>
        {t('leave.hand_over')}
      </button>
    </section>
  );
}

interface TakeAwayPart {
  title: string;
  text: string;
  is_free: boolean;
  onSure: () => Promise<boolean>;
}

/** Asks once more before it does it. */
function TakeAway({ title, text, is_free, onSure }: TakeAwayPart) {
  const [state, setState] = useState<'asking' | 'leaving' | 'failed' | null>(null);
  const leave = async () => {
    setState('leaving');
    const has_left = await onSure().catch(() => false);
    setState(has_left ? 'leaving' : 'failed');
  };
  const is_asking = state === 'asking' || state === 'leaving';
  return (
    <section class="card leave-way">
      <div>
        <h2>{title}</h2>
        <p class="soft">{text}</p>
        {state === 'failed' && <p role="alert">{t('leave.needs_network')}</p>}
      </div>
      {!is_asking && (
        <button type="button" class="button" disabled={!is_free} onClick={() => setState('asking')}>
          {title}
        </button>
      )}
      {is_asking && (
        <div class="row-acts">
          <button type="button" class="button" onClick={() => setState(null)}>
            {t('action.cancel')}
          </button>
          <button
            type="button"
            class="button primary"
            disabled={!is_free || state === 'leaving'}
            onClick={leave}
          >
            {t('leave.sure')}
          </button>
        </div>
      )}
    </section>
  );
}

function hindranceText(why: Hindrance, has_saved: boolean): string {
  if (why === 'not_saved') return t('leave.not_saved');
  if (why === 'not_counted') return t('leave.cannot_yet');
  return t(has_saved ? 'leave.rescued' : 'leave.unsent');
}
