import { t } from '../../ui/messages/messages.ts';
import { clockTime } from '../../ui/times.ts';

/** "9:05, 9:07 and 9:12": each minute once. */
export function listTimes(occurred_at: readonly string[]): string {
  const times = [...new Set(occurred_at.map(clockTime))];
  const last = times.pop();
  if (last === undefined) return '';
  return times.length > 0 ? t('preview.and', { first: times.join(', '), last }) : last;
}
