import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../ui/messages/messages.ts';
import { PIN_LENGTH } from '../../vault/pin.ts';
import { type Waiting, WaitingLine } from '../leave/waiting_line.tsx';
import { PinPad } from './pin_pad.tsx';

export interface PinScreenProps {
  /** null: the tablet cannot read whose it is. */
  name: string | null;
  tries_left: number;
  waiting: Waiting;
  onUnlock: (pin: string) => Promise<'open' | 'wrong' | 'ended'>;
  /** null where nobody else works on this tablet. */
  onOthers: (() => void) | null;
  onForgotten: () => void;
}

/** A locked tablet: it shows whose it is and what still waits, and nothing else. */
export function PinScreen(props: PinScreenProps) {
  const { name, tries_left, waiting, onUnlock, onOthers, onForgotten } = props;
  const [pin, setPin] = useState('');
  const [is_busy, setBusy] = useState(false);
  const [fault, setFault] = useState<'wrong' | 'failed' | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const is_enough = pin.length >= PIN_LENGTH.least;
  const type = (typed: string) => {
    setPin(typed.replace(/[^0-9]/g, '').slice(0, PIN_LENGTH.most));
    setFault(null);
  };
  const unlock = async (event: Event) => {
    event.preventDefault();
    if (!is_enough || is_busy) return;
    setBusy(true);
    setFault(null);
    const said = await onUnlock(pin).catch((): 'failed' => 'failed');
    setBusy(false);
    setPin('');
    if (said === 'wrong' || said === 'failed') setFault(said);
    field.current?.focus();
  };
  return (
    <main class="quiet-screen lock">
      <header>
        <p class="cap">{t('lock.locked')}</p>
        <h1 id="screen-title" tabIndex={-1}>
          {name ?? t('people.unreadable')}
        </h1>
      </header>
      <form class="pin" onSubmit={unlock}>
        <label class="field">
          <span>{t('lock.enter')}</span>
          <input
            ref={field}
            type="password"
            inputMode="none"
            autocomplete="off"
            maxLength={PIN_LENGTH.most}
            value={pin}
            aria-invalid={fault === 'wrong'}
            aria-describedby="pin-said"
            onInput={(event) => type(event.currentTarget.value)}
          />
        </label>
        <p id="pin-said" class="pin-said" role="alert">
          {saidText(fault, tries_left)}
        </p>
        <PinPad pin={pin} is_busy={is_busy} onPin={type}>
          <button type="submit" class="pin-key slim primary" disabled={!is_enough || is_busy}>
            {t(is_busy ? 'app.opening' : 'lock.open')}
          </button>
        </PinPad>
      </form>
      <footer class="lock-foot">
        <WaitingLine waiting={waiting} goes_out />
        <div class="row-acts">
          {onOthers && (
            <button type="button" class="button" onClick={onOthers}>
              {t('people.other')}
            </button>
          )}
          <button type="button" class="link-button" onClick={onForgotten}>
            {t('lock.forgotten')}
          </button>
        </div>
      </footer>
    </main>
  );
}

function saidText(fault: 'wrong' | 'failed' | null, tries_left: number): string {
  if (fault === 'failed') return t('lock.failed');
  if (tries_left <= 1) return t('lock.last_try');
  return fault === 'wrong' ? t('lock.wrong', { n: tries_left }) : '';
}
