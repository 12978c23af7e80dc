import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { DeviceLog } from '../../log/log.ts';
import { useDevice } from '../../visits/device_context.ts';
import {
  EMPTY_LINE,
  type HalfLine,
  keepHalfLine,
  readHalfLine,
  type Speaker,
} from '../../visits/half_line.ts';

/** A line belongs to the moment in which its first letter was typed. */
export function typeInto(line: HalfLine, text: string, now: string): HalfLine {
  if (text.trim() === '') return { ...line, text, occurred_at: null };
  return { ...line, text, occurred_at: line.occurred_at ?? now };
}

export function nextSpeaker(speaker: Speaker): Speaker {
  return speaker === 'T' ? 'S' : speaker === 'S' ? 'O' : 'T';
}

export interface HalfLineOnScreen {
  readonly line: ReadonlySignal<HalfLine>;
  /** Kept beside the log at every letter. */
  change(line: HalfLine): void;
  /** The line became an entry: the next one is of the same speaker. */
  empty(): void;
}

export async function openHalfLine(
  log: Pick<DeviceLog, 'perform'>,
  observation_id: string,
): Promise<HalfLineOnScreen> {
  const kept = await readHalfLine(log, observation_id).catch((cause) => {
    console.error(cause);
    return EMPTY_LINE;
  });
  const line = signal(kept);
  const change = (changed: HalfLine) => {
    void keepHalfLine(log, observation_id, changed);
    line.value = changed;
  };
  return {
    line,
    change,
    empty: () => change({ ...EMPTY_LINE, speaker: line.peek().speaker }),
  };
}

/** undefined: still reading. */
export function useHalfLine(observation_id: string): HalfLineOnScreen | undefined {
  const { log } = useDevice();
  const [half_line, setHalfLine] = useState<HalfLineOnScreen>();
  useEffect(() => {
    void openHalfLine(log, observation_id).then(setHalfLine);
  }, [log, observation_id]);
  return half_line;
}
