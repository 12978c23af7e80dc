import type { SyncStatus } from '../../sync/status.ts';
import { rich, t } from '../../ui/messages/messages.ts';
import { duration } from '../../ui/times.ts';

/** What is on this tablet only. */
export interface Waiting {
  /** null: it could not be counted. */
  readonly n: number | null;
  /** Age of the oldest; null where there is none. */
  readonly oldest_ms: number | null;
}

/** Entries and photos, of a log that is being counted. */
export function waitingOf(
  counts: Pick<SyncStatus, 'counted' | 'on_tablet' | 'photos_waiting' | 'oldest_unsent_at'>,
  now_ms: number,
): Waiting {
  const { counted, on_tablet, photos_waiting, oldest_unsent_at: at } = counts;
  if (counted !== 'counted') return { n: null, oldest_ms: null };
  return { n: on_tablet + photos_waiting, oldest_ms: at === null ? null : now_ms - Date.parse(at) };
}

interface Props {
  waiting: Waiting;
  /** Say that it is delivered without anybody's doing. */
  goes_out?: boolean;
}

/** "12 on this tablet only, oldest 3 minutes." */
export function WaitingLine({ waiting, goes_out = false }: Props) {
  const { n, oldest_ms } = waiting;
  if (n === null) return <span class="waiting-line soft">{t('leave.not_counted')}</span>;
  if (n === 0) return <span class="waiting-line soft">{t('leave.all_sent')}</span>;
  return (
    <span class="waiting-line with-sign">
      <span class="sign" data-state="dot" aria-hidden="true" />
      <span>
        {oldest_ms === null
          ? rich('leave.waiting_new', { n })
          : rich('leave.waiting', { n, oldest: duration(oldest_ms) })}{' '}
        {goes_out && <span class="soft">{t('leave.goes_out')}</span>}
      </span>
    </span>
  );
}
