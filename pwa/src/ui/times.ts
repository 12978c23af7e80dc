import { readClock, writeTime } from '../entry/clock.ts';
import { DATE_LOCALE, t } from './messages/messages.ts';

/** The wall clock of this tablet, as entries carry it. */
export function nowText(): string {
  const reading = readClock();
  return writeTime(reading.wall_ms, reading.offset_minutes);
}

/** "9:05 am": the local part as it was on the tablet that wrote it, never converted. No stopwatch shows this. */
export function clockTime(time: string): string {
  const local = localPart(time);
  const hour = Number(local.slice(11, 13));
  return t('time.of_day', {
    half: hour < 12 ? 'am' : 'pm',
    hour12: hour % 12 || 12,
    hour,
    minute: local.slice(14, 16),
  });
}

function dayOf(time: string): string {
  return localPart(time).slice(0, 10);
}

/** "Thursday 12 November", of a time or of a plain day. */
export function longDay(time: string): string {
  return writeDay(time, { weekday: 'long', month: 'long', day: 'numeric' });
}

/** "Thursday 12 November 2026", as on the teacher's page. */
export function fullDay(time: string): string {
  const weekday = writeDay(time, { weekday: 'long' });
  return `${weekday} ${writeDay(time, { month: 'long', day: 'numeric', year: 'numeric' })}`;
}

/** "12 November", with the year where it is another one. */
export function shortDay(time: string, now: string = nowText()): string {
  const is_this_year = dayOf(time).slice(0, 4) === dayOf(now).slice(0, 4);
  return writeDay(time, {
    month: 'long',
    day: 'numeric',
    ...(is_this_year ? {} : { year: 'numeric' }),
  });
}

/** "today", "yesterday" or the day. */
export function nearDay(time: string, now: string = nowText()): string {
  const away = daysBetween(time, now);
  if (away === 0) return t('time.today');
  if (away === 1) return t('time.yesterday');
  return shortDay(time, now);
}

export function daysBetween(earlier: string, later: string): number {
  return Math.round((utcOf(dayOf(later)) - utcOf(dayOf(earlier))) / 86_400_000);
}

/** "12:47", "1:02:47". */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const tail = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** "+12:47": since the visit began, which no time of day is written like. */
export function sinceStart(ms: number): string {
  return t('time.since_start', { time: stopwatch(ms) });
}

/** "43 minutes", in words for a sentence. */
export function duration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return t('time.under_a_minute');
  if (minutes < 120) return t('time.minutes', { n: minutes });
  if (minutes < 2880) return t('time.hours', { n: Math.floor(minutes / 60) });
  return t('time.days', { n: Math.floor(minutes / 1440) });
}

/** "3 min", for a status line. */
export function shortDuration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return t('time.short_now');
  if (minutes < 120) return t('time.short_minutes', { n: minutes });
  if (minutes < 2880) return t('time.short_hours', { n: Math.floor(minutes / 60) });
  return t('time.days', { n: Math.floor(minutes / 1440) });
}

export function msBetween(earlier: string, later: string): number {
  return Date.parse(later) - Date.parse(earlier);
}

function localPart(time: string): string {
  if (!time.endsWith('Z')) return time;
  const date = new Date(time);
  return writeTime(date.getTime(), -date.getTimezoneOffset());
}

function utcOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function writeDay(time: string, shape: Intl.DateTimeFormatOptions): string {
  const day = time.length === 10 ? time : dayOf(time);
  return new Intl.DateTimeFormat(DATE_LOCALE, { ...shape, timeZone: 'UTC' }).format(utcOf(day));
}
