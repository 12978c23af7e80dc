import type { Payload } from '../entry/entry.ts';
import type { Covers } from './view.ts';

/** Reading payloads that may come from any release: what does not fit is left out, never guessed. */
export function wholeOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function textsOf(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((text): text is string => typeof text === 'string')
    : [];
}

export function objectOf(value: unknown): Payload | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Payload)
    : null;
}

export function coversOf(value: unknown): Covers[] {
  const rows = Array.isArray(value) ? value : [];
  return rows.flatMap((row) => {
    const cover = objectOf(row);
    const clock_session_id = textOf(cover?.clock_session_id);
    const through_ms = wholeOf(cover?.through_ms);
    if (clock_session_id === null || through_ms === null) return [];
    return [{ clock_session_id, through_ms, count: wholeOf(cover?.count) ?? 0 }];
  });
}
