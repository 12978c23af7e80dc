import { type AttentionCode, is_stalled, type SyncStatus } from '../sync/status.ts';
import { type MessageKey, t } from './messages/messages.ts';
import { clockTime, duration } from './times.ts';

/** "no network since 9:04" */
export function networkText(status: SyncStatus): string {
  if (status.network === 'online') return t('sync.online');
  const key = status.network === 'sign-in' ? 'sync.sign_in_since' : 'sync.offline_since';
  return t(key, { time: clockTime(status.since) });
}

/** Why what is waiting waits, and what to do: one sentence. */
export function waitingReason(status: SyncStatus, now_ms: number): string {
  const { attention } = status;
  if (attention) return t(ATTENTION[attention.code], { text: attention.text ?? '' });
  if (status.network === 'offline') return t('sync.why_offline');
  if (status.network === 'sign-in') return t('sync.why_sign_in');
  return is_stalled(status, now_ms) ? t('sync.why_stalled') : t('sync.why_sending');
}

const ATTENTION: Record<AttentionCode, MessageKey> = {
  locked: 'sync.attention_locked',
  'not-verified': 'sync.attention_not_verified',
  refused: 'sync.attention_refused',
  'server-trouble': 'sync.attention_server_trouble',
  'no-progress': 'sync.attention_no_progress',
  'other-person': 'sync.attention_other_person',
  storage: 'sync.attention_storage',
  failed: 'sync.attention_failed',
};

export function oldestText(status: SyncStatus, now_ms: number): string | null {
  return status.oldest_unsent_at ? duration(now_ms - Date.parse(status.oldest_unsent_at)) : null;
}
