import { type ReadonlySignal, signal } from '@preact/signals';
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

export function openHalfLine(observation_id: string): HalfLineOnScreen {
  const line = signal(readHalfLine(observation_id));
  const change = (changed: HalfLine) => {
    keepHalfLine(observation_id, changed);
    line.value = changed;
  };
  return {
    line,
    change,
    empty: () => change({ ...EMPTY_LINE, speaker: line.peek().speaker }),
  };
}
