import { t } from '../../ui/messages/messages.ts';
import { type Waiting, WaitingLine } from '../leave/waiting_line.tsx';

interface Props {
  /** wrong_pin: five times. forgotten: she says so. key_lost: the browser lost it. */
  why: 'wrong_pin' | 'forgotten' | 'key_lost';
  waiting: Waiting;
  /** null where there is no way back to the PIN. */
  onBack: (() => void) | null;
  /** Without a network: a new, empty profile. */
  onBegin: () => void;
  /** Ends what session is still there, then asks for the password. */
  onSignIn: () => void;
}

const TEXTS = {
  wrong_pin: 'ended.wrong_pin',
  forgotten: 'ended.forgotten',
  key_lost: 'ended.key_lost',
} as const;

/** Nothing opens the old view any more; what waits is delivered all the same. */
export function EndedScreen({ why, waiting, onBack, onBegin, onSignIn }: Props) {
  return (
    <main class="quiet-screen lock">
      <h1 id="screen-title" tabIndex={-1}>
        {t('ended.title')}
      </h1>
      <p>{t(TEXTS[why])}</p>
      <WaitingLine waiting={waiting} goes_out />
      <div class="lock-ways">
        <button type="button" class="button primary big" onClick={onSignIn}>
          {t('ended.sign_in')}
        </button>
        <p class="soft">{t('ended.sign_in_text')}</p>
        <button type="button" class="button" onClick={onBegin}>
          {t('ended.begin')}
        </button>
        <p class="soft">{t('ended.begin_text')}</p>
        {onBack && (
          <button type="button" class="link-button" onClick={onBack}>
            {t('ended.back')}
          </button>
        )}
      </div>
    </main>
  );
}
