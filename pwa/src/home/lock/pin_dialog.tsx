import { useState } from 'preact/hooks';
import { Dialog } from '../../ui/dialog.tsx';
import { type MessageKey, t } from '../../ui/messages/messages.ts';
import { findPinFault, PIN_LENGTH } from '../../vault/pin.ts';

interface Props {
  has_pin: boolean;
  onSet: (pin: string) => Promise<'set' | 'not_sealed' | 'shut'>;
  onClose: () => void;
}

type Fault = keyof typeof FAULTS;
const FAULTS = {
  too_short: 'pin.too_short',
  too_long: 'pin.too_long',
  not_digits: 'pin.not_digits',
  too_easy: 'pin.too_easy',
  differs: 'pin.differs',
  not_sealed: 'pin.not_sealed',
  shut: 'pin.failed',
  failed: 'pin.failed',
} as const satisfies Record<string, MessageKey>;

/** Chooses a PIN, said twice. */
export function PinDialog({ has_pin, onSet, onClose }: Props) {
  const [pin, setPin] = useState('');
  const [again, setAgain] = useState('');
  const [fault, setFault] = useState<Fault | null>(null);
  const [is_busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    if (is_busy) return;
    const found = findPinFault(pin) ?? (pin === again ? null : 'differs');
    setFault(found);
    if (found) return;
    setBusy(true);
    const said = await onSet(pin).catch((): 'failed' => 'failed');
    setBusy(false);
    if (said === 'set') onClose();
    else setFault(said);
  };
  return (
    <Dialog title={t(has_pin ? 'pin.change_title' : 'pin.title')} onClose={onClose}>
      <p>{t('pin.text')}</p>
      <p class="soft">{t('pin.limits')}</p>
      <form onSubmit={save}>
        <PinField label={t('pin.new', { ...PIN_LENGTH })} value={pin} onValue={setPin} />
        <PinField label={t('pin.again')} value={again} onValue={setAgain} />
        {fault && (
          <p class="notice" role="alert">
            {t(FAULTS[fault], { ...PIN_LENGTH })}
          </p>
        )}
        <div class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t('action.cancel')}
          </button>
          <button type="submit" class="button primary" disabled={is_busy}>
            {t('pin.save')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
}

function PinField({ label, value, onValue }: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="password"
        inputMode="numeric"
        autocomplete="off"
        maxLength={PIN_LENGTH.most}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </label>
  );
}
