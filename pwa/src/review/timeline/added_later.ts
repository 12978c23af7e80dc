import type { VisitDraft } from '../../ui/visit.ts';

/** "09:14" on the day of the visit, by the clock of the tablet that was there. */
export function timeOfVisit(started_at: string, hours_minutes: string): string {
  const day = started_at.slice(0, 10);
  const offset = started_at.slice(23);
  return `${day}T${hours_minutes}:00.000${offset}`;
}

export function laterLine(
  item_key: string | null,
  started_at: string,
  said: { text: string; speaker: string; at: string },
): VisitDraft {
  return {
    kind: 'script.written',
    item_key,
    payload: { text: said.text.trim(), speaker: said.speaker },
    occurred_at: timeOfVisit(started_at, said.at),
  };
}
