import { useState } from 'preact/hooks';
import { t } from '../../ui/messages/messages.ts';
import { PinDialog } from './pin_dialog.tsx';

interface Props {
  has_pin: boolean;
  /** False until the tablet has met the server once: nobody could deliver for a forgotten PIN. */
  can_have_pin: boolean;
  onSet: (pin: string) => Promise<'set' | 'not_sealed' | 'shut'>;
  onRemove: () => void;
  onLock: () => void;
}

/** In the account menu: a PIN is offered, not asked for. */
export function PinSection({ has_pin, can_have_pin, onSet, onRemove, onLock }: Props) {
  const [is_choosing, setChoosing] = useState(false);
  return (
    <section class="pin-section">
      {has_pin && <p class="soft">{t('pin.is_set')}</p>}
      <div class="row-acts">
        {has_pin && (
          <button type="button" class="button primary" onClick={onLock}>
            {t('pin.lock_now')}
          </button>
        )}
        {can_have_pin && (
          <button type="button" class="button" onClick={() => setChoosing(true)}>
            {t(has_pin ? 'pin.change' : 'pin.offer')}
          </button>
        )}
        {has_pin && (
          <button type="button" class="link-button" onClick={onRemove}>
            {t('pin.remove')}
          </button>
        )}
      </div>
      {!can_have_pin && <p class="soft">{t('pin.not_sealed')}</p>}
      {is_choosing && (
        <PinDialog has_pin={has_pin} onSet={onSet} onClose={() => setChoosing(false)} />
      )}
    </section>
  );
}
