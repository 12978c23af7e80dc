export type Speaker = 'T' | 'S' | 'O';

export interface HalfLine {
  text: string;
  speaker: Speaker;
  /** When typing began; null while the line is empty. */
  occurred_at: string | null;
}

export const EMPTY_LINE: HalfLine = { text: '', speaker: 'T', occurred_at: null };

/** A line belongs to the moment in which its first letter was typed. */
export function typeInto(line: HalfLine, text: string, now: string): HalfLine {
  if (text.trim() === '') return { ...line, text, occurred_at: null };
  return { ...line, text, occurred_at: line.occurred_at ?? now };
}

export function nextSpeaker(speaker: Speaker): Speaker {
  return speaker === 'T' ? 'S' : speaker === 'S' ? 'O' : 'T';
}

const keyOf = (observation_id: string) => `half-line-${observation_id}`;

/** A half-typed line is not yet an entry; it outlives a reload beside the log. */
export function keepHalfLine(observation_id: string, line: HalfLine): void {
  try {
    if (line.text) localStorage.setItem(keyOf(observation_id), JSON.stringify(line));
    else localStorage.removeItem(keyOf(observation_id));
  } catch {
    // A full or forbidden localStorage costs only the half-typed line.
  }
}

export function readHalfLine(observation_id: string): HalfLine {
  try {
    const kept = localStorage.getItem(keyOf(observation_id));
    return kept ? { ...EMPTY_LINE, ...JSON.parse(kept) } : EMPTY_LINE;
  } catch {
    return EMPTY_LINE;
  }
}
