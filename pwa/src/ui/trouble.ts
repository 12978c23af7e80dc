import { is_stalled, type SyncStatus } from '../sync/status.ts';
import { type Room, roomLeft } from '../visits/keeping.ts';
import { t } from './messages/messages.ts';
import { attentionText, oldestText } from './sync_words.ts';

export type TroubleCode = 'journal' | 'full' | 'attention' | 'stalled' | 'set_aside' | 'low';

/** Something that turns itself visible on every screen. Nothing is lost by it; somebody should know. */
export interface Trouble {
  readonly code: TroubleCode;
  /** A few words for the status line: "not sent for 12 minutes: why". */
  readonly line: string;
  readonly title: string;
  readonly text: string;
}

export interface Circumstances {
  readonly status: SyncStatus;
  readonly only_in_journal: number;
  readonly room: Room | null;
  /** Of the visit that is shown, or of all of them. */
  readonly set_aside: number;
  readonly now_ms: number;
}

const NEEDS_SOMEBODY = ['not-verified', 'refused', 'no-progress', 'storage'];

/** The most urgent first. */
export function troublesOf(here: Circumstances): Trouble[] {
  const { status, only_in_journal, room, set_aside, now_ms } = here;
  const left = roomLeft(room);
  const { attention } = status;
  const age = oldestText(status, now_ms) ?? '';
  const found: Trouble[] = [];
  const note = (code: TroubleCode, line: string, title: string, text: string) =>
    found.push({ code, line, title, text });
  if (only_in_journal > 0) {
    const n = only_in_journal;
    note(
      'journal',
      t('trouble.journal_line', { n }),
      t('trouble.journal'),
      t('trouble.journal_text', { n }),
    );
  }
  if (left === 'full') {
    note('full', t('trouble.full_line'), t('trouble.full'), t('trouble.full_text'));
  }
  if (attention && NEEDS_SOMEBODY.includes(attention.code)) {
    note(
      'attention',
      t('trouble.attention_line'),
      t('trouble.attention'),
      attentionText(attention),
    );
  }
  if (is_stalled(status, now_ms)) {
    const why = attention ? attentionText(attention) : t('sync.why_stalled');
    note('stalled', t('trouble.stalled_line', { age }), t('trouble.stalled', { age }), why);
  }
  if (set_aside > 0) {
    const n = set_aside;
    note(
      'set_aside',
      t('trouble.set_aside_line', { n }),
      t('today.set_aside', { n }),
      t('today.set_aside_text'),
    );
  }
  if (left === 'low') {
    const n = Math.floor((room?.free_bytes ?? 0) / 1_000_000);
    note('low', t('trouble.low_line'), t('trouble.low', { n }), t('trouble.low_text'));
  }
  return found;
}
