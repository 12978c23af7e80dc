import { useEffect, useState } from 'preact/hooks';
import type { DeviceLog } from '../log/log.ts';
import { afterPause } from './after_pause.ts';
import { useDevice } from './device_context.ts';

/** What a screen reads from the log, and whether that worked: an empty list is never shown for a failure. */
export interface Reading<Value> {
  /** null: still reading, or reading never worked. */
  readonly value: Value | null;
  readonly has_failed: boolean;
  readonly readAgain: () => void;
}

/** Reads now and after every change; `read` stays the same function. */
export function useReading<Value>(read: (log: DeviceLog) => Promise<Value>): Reading<Value> {
  const { log } = useDevice();
  const [asked, setAsked] = useState(0);
  const [known, setKnown] = useState<{ value: Value | null; has_failed: boolean }>({
    value: null,
    has_failed: false,
  });
  useEffect(() => {
    let is_gone = false;
    const readNow = async () => {
      try {
        const value = await read(log);
        if (!is_gone) setKnown({ value, has_failed: false });
      } catch (error) {
        console.error(error);
        if (!is_gone) setKnown(({ value }) => ({ value, has_failed: true }));
      }
    };
    const stop = log.subscribe(afterPause(200, () => void readNow()));
    void readNow();
    return () => {
      is_gone = true;
      stop();
    };
  }, [log, read, asked]);
  return { ...known, readAgain: () => setAsked((times) => times + 1) };
}
