import { t } from '../../ui/messages/messages.ts';
import { RescueButton, type RescueProps } from '../../ui/rescue_button.tsx';
import { useDevice } from '../../visits/device_context.ts';
import { countLoose } from '../../visits/loose.ts';

export type Rescue = Omit<RescueProps, 'n' | 'photos' | 'onSaved'>;

/** The way out where no network comes; where it cannot be made the button says why. */
export function RescueSlot({ rescue }: { rescue: Rescue | null }) {
  const device = useDevice();
  const { counted, on_tablet, photos_waiting: photos } = device.sync.status.value;
  const n = counted === 'counted' ? on_tablet + countLoose(device) : null;
  if (n !== null && n + photos === 0) return null;
  if (rescue) return <RescueButton n={n} photos={photos} {...rescue} />;
  return (
    <section class="rescue">
      <button type="button" class="button" disabled aria-describedby="no-rescue">
        {t('rescue.save')}
      </button>
      <p id="no-rescue" class="soft">
        {t('waiting.no_rescue')}
      </p>
    </section>
  );
}
