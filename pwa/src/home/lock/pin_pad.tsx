import type { ComponentChildren } from 'preact';
import { t } from '../../ui/messages/messages.ts';
import { PIN_LENGTH } from '../../vault/pin.ts';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

interface Props {
  pin: string;
  is_busy: boolean;
  onPin: (pin: string) => void;
  /** What stands beside the zero: the button that opens. */
  children: ComponentChildren;
}

/** For a thumb. Keyboards and screen readers use the field above it. */
export function PinPad({ pin, is_busy, onPin, children }: Props) {
  const digit = (one: string) => (
    <button
      key={one}
      type="button"
      class="pin-key num"
      disabled={is_busy}
      onClick={() => onPin((pin + one).slice(0, PIN_LENGTH.most))}
    >
      {one}
    </button>
  );
  return (
    <fieldset class="pin-pad" aria-label={t('lock.pad')}>
      {DIGITS.map(digit)}
      <button
        type="button"
        class="pin-key slim"
        disabled={is_busy || pin === ''}
        aria-label={t('lock.delete')}
        onClick={() => onPin(pin.slice(0, -1))}
      >
        {'⌫'}
      </button>
      {digit('0')}
      {children}
    </fieldset>
  );
}
