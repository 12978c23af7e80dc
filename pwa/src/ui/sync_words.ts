import {
  type Attention,
  type AttentionCode,
  is_clock_off,
  is_stalled,
  type Network,
  type SyncStatus,
} from '../sync/status.ts';
import { type MessageKey, t } from './messages/messages.ts';
import { clockTime, daysBetween, duration, nearDay, nowText } from './times.ts';

/** "no network since 9:04" */
export function networkText(status: SyncStatus): string {
  if (is_with_other(status)) return t('sync.other_person');
  if (status.network === 'online') return t('sync.online');
  const key = status.network === 'sign-in' ? 'sync.sign_in_since' : 'sync.offline_since';
  return t(key, { time: sinceText(status.since) });
}

/** "9:05 am"; of another day "yesterday, 9:05 am". */
function sinceText(at: string): string {
  const time = clockTime(at);
  const is_today = daysBetween(at, nowText()) === 0;
  return is_today ? time : t('sync.since_day', { day: nearDay(at), time });
}

const SENTENCES: Record<Network, MessageKey> = {
  online: 'waiting.online',
  offline: 'waiting.offline',
  'sign-in': 'waiting.signed_out',
};

/** "No network since 9:04." */
export function networkSentence(status: SyncStatus): string {
  const key = is_with_other(status) ? 'waiting.other_person' : SENTENCES[status.network];
  return t(key, { time: sinceText(status.since) });
}

/** The server answers, but to somebody else. */
function is_with_other({ network, attention }: SyncStatus): boolean {
  return network === 'online' && attention?.code === 'other-person';
}

/** "Last contact today, 9:04." */
export function contactText({ last_contact_at }: SyncStatus): string {
  if (!last_contact_at) return t('sync.no_contact');
  const [day, time] = [nearDay(last_contact_at), clockTime(last_contact_at)];
  return t('sync.last_contact', { day, time });
}

/** How wrong this tablet's clock is, where that matters; null otherwise. */
export function clockText(status: SyncStatus): string | null {
  const { clock_behind_ms } = status;
  if (clock_behind_ms === null || !is_clock_off(status)) return null;
  const away = duration(Math.abs(clock_behind_ms));
  return t(clock_behind_ms > 0 ? 'clock.behind' : 'clock.ahead', { away });
}

/** Why what is waiting waits, and what to do: one sentence. */
export function waitingReason(status: SyncStatus, now_ms: number): string {
  const { attention } = status;
  if (attention) return attentionText(attention);
  const n = status.on_tablet + status.photos_waiting;
  if (status.network === 'offline') return t('sync.why_offline', { n });
  if (status.network === 'sign-in') return t('sync.why_sign_in');
  return is_stalled(status, now_ms) ? t('sync.why_stalled') : t('sync.why_sending', { n });
}

export function attentionText({ code, text }: Attention): string {
  return t(ATTENTION[code], { text: text ?? '' });
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

/** "2 photos (0.6 MB) are on this tablet only." */
export function photosText({ photos_waiting: n, photo_bytes_waiting }: SyncStatus): string {
  const mb = Math.max(0.1, photo_bytes_waiting / 1_000_000);
  return t('sync.photos_waiting', { n, mb: mb.toFixed(mb < 10 ? 1 : 0) });
}

export function oldestText(status: SyncStatus, now_ms: number): string | null {
  return status.oldest_unsent_at ? duration(now_ms - Date.parse(status.oldest_unsent_at)) : null;
}
