import { useEffect, useRef, useState } from 'preact/hooks';
import { writeRescueFile } from '../vault/rescue_file.ts';
import { useDevice } from '../visits/device_context.ts';
import { countLoose } from '../visits/loose.ts';
import type { MadeRescue, RescueProps } from './rescue_button.tsx';
import { nowText } from './times.ts';

export type Rescue = Pick<RescueProps, 'bytes' | 'is_sealed' | 'onMake'>;

/** About what a sealed entry takes in the file. */
const ENTRY_BYTES = 900;

/**
 * null: nothing that the server could take in can be made yet; undefined: that is being looked at. Anew whenever
 * the counts change.
 */
export function useRescue(): Rescue | null | undefined {
  const device = useDevice();
  const { sync, writing } = device;
  const [rescue, setRescue] = useState<Rescue | null | undefined>(undefined);
  /** Photos of the files before, while one more is needed. */
  const carried = useRef<readonly string[]>([]);
  const { on_tablet, photos_waiting, photo_bytes_waiting, is_sending } = sync.status.value;
  const entries = on_tablet + countLoose(device);
  const bytes = entries * ENTRY_BYTES + (photo_bytes_waiting * 4) / 3;
  useEffect(() => {
    const onMake = async () => {
      const made = await sync.rescue.gather(carried.current, writing.unsaved.peek());
      const hashes = [...carried.current, ...made.hashes];
      carried.current = made.left > 0 ? hashes : [];
      const text = writeRescueFile(made, nowText());
      const { entries: n, left, staying, is_whole } = made;
      // A photo of a file before may have been sent meanwhile: it stands for no other.
      const waiting = sync.status.peek().photos_waiting;
      const said = { text, n, photos: made.photos.length, left, staying, is_whole };
      return { ...said, all: is_all(said) ? n + Math.min(hashes.length, waiting) : 0 };
    };
    sync.rescue
      .kind()
      .then((kind) => kind && { bytes, is_sealed: kind === 'sealed', onMake })
      .then(setRescue, console.error);
  }, [sync, writing, entries, photos_waiting, bytes, is_sending]);
  return rescue;
}

function is_all({ left, staying, is_whole }: Omit<MadeRescue, 'all'>): boolean {
  return is_whole && left === 0 && staying === 0;
}
