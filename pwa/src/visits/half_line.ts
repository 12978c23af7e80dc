import type { VisitDraft } from './visit.ts';

export type Speaker = 'T' | 'S' | 'O';

/** A line that is being typed: not yet an entry, so that it is kept beside the log. */
export interface HalfLine {
  text: string;
  speaker: Speaker;
  /** When typing began; null while the line is empty. */
  occurred_at: string | null;
}

export const EMPTY_LINE: HalfLine = { text: '', speaker: 'T', occurred_at: null };

const PREFIX = 'half-line-';
const keyOf = (observation_id: string) => `${PREFIX}${observation_id}`;

/** It outlives a reload. */
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

/** The entry that a line becomes; null while nothing is typed. */
export function lineDraft(line: HalfLine, item_key: string | null): VisitDraft | null {
  const text = line.text.trim();
  if (!text) return null;
  return {
    kind: 'script.written',
    item_key,
    payload: { text, speaker: line.speaker },
    ...(line.occurred_at ? { occurred_at: line.occurred_at } : {}),
  };
}

/** When the visit is over: what was heard stays behind only as an entry. */
export function forgetHalfLine(observation_id: string): void {
  keepHalfLine(observation_id, EMPTY_LINE);
}

/** On signing out: whoever opens the tablet next finds none of them. */
export function forgetHalfLines(): void {
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // What cannot be read was not kept either.
  }
}
