import { t } from '../../ui/messages/messages.ts';
import { useDevice } from '../../visits/device.ts';
import { RescueButton, type RescueProps } from '../leave/rescue_button.tsx';
import { waitingCount } from './sending.ts';

export type Rescue = Omit<RescueProps, 'n' | 'photos' | 'onSaved'>;

/** The way out where no network comes; where it cannot be made the button says why. */
export function RescueSlot({ rescue }: { rescue: Rescue | null }) {
  const { sync } = useDevice();
  const n = waitingCount(sync.status.value);
  if (n === 0) return null;
  const { on_tablet, photos_waiting } = sync.status.value;
  if (rescue) return <RescueButton n={on_tablet} photos={photos_waiting} {...rescue} />;
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
