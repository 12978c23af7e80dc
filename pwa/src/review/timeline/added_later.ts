import { writeTime } from '../../entry/clock.ts';
import { lineDrafts } from '../../visits/half_line.ts';
import type { VisitDraft } from '../../visits/visit.ts';

const TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}).*?([+-]\d{2}:\d{2})$/;

/** By the clock of the tablet that was there, with or without seconds; "Z" says no clock, so it is read on this one's. */
function partsOf(time: string): { day: string; hours_minutes: string; offset: string } | null {
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) return null;
  const local = time.endsWith('Z') ? writeTime(ms, -new Date(ms).getTimezoneOffset()) : time;
  const [, day = '', hours_minutes = '', offset = ''] = TIME.exec(local) ?? [];
  return offset ? { day, hours_minutes, offset } : null;
}

/** "09:14", as a time field wants it. */
export function hoursMinutes(time: string): string {
  return partsOf(time)?.hours_minutes ?? '';
}

/** "09:14" on the day of the visit, by the clock of the tablet that was there. */
export function timeOfVisit(started_at: string, hours_minutes: string): string {
  const parts = partsOf(started_at);
  if (!parts) throw new Error(`a visit began at "${started_at}", which is no time`);
  return `${parts.day}T${hours_minutes}:00.000${parts.offset}`;
}

export function laterLines(
  item_key: string | null,
  started_at: string,
  said: { text: string; speaker: string; at: string },
): VisitDraft[] {
  return lineDrafts({ ...said, occurred_at: timeOfVisit(started_at, said.at) }, item_key);
}
