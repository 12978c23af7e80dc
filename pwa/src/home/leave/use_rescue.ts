import { useEffect, useState } from 'preact/hooks';
import { nowText } from '../../ui/times.ts';
import { writeRescueFile } from '../../vault/rescue_file.ts';
import { useDevice } from '../../visits/device.ts';
import type { RescueProps } from './rescue_button.tsx';

export type Rescue = Pick<RescueProps, 'bytes' | 'is_sealed' | 'onMake'>;

/** null: nothing that the server could take in can be made yet. Looked at anew whenever the counts change. */
export function useRescue(): Rescue | null {
  const { sync } = useDevice();
  const [rescue, setRescue] = useState<Rescue | null>(null);
  const { on_tablet, is_sending } = sync.status.value;
  useEffect(() => {
    const onMake = async () => {
      const { pushes, entries } = await sync.rescue.gather();
      return { text: writeRescueFile(pushes, nowText()), n: entries };
    };
    sync.rescue
      .kind()
      .then((kind) => kind && { bytes: null, is_sealed: kind === 'sealed', onMake })
      .then(setRescue, console.error);
  }, [sync, on_tablet, is_sending]);
  return rescue;
}
