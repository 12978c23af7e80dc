import { readClock } from '../entry/clock.ts';
import { Dialog } from '../ui/dialog.tsx';
import { t } from '../ui/messages/messages.ts';
import { nowText } from '../ui/times.ts';
import { UnsavedBanner } from '../ui/unsaved_banner.tsx';
import { useSaving } from '../ui/use_saving.ts';
import { finishDraft } from '../visits/finish.ts';
import { lineDrafts } from '../visits/half_line.ts';
import type { Visit } from '../visits/visit.ts';
import type { HalfLineOnScreen } from './script/half_line.ts';

interface Props {
  visit: Visit;
  half_line: HalfLineOnScreen;
  script_key: string | null;
  onClose: () => void;
}

/** The screen goes on to the review by itself as soon as the end is on this tablet's disk. */
export function FinishDialog({ visit, half_line, script_key, onClose }: Props) {
  const saving = useSaving();
  const n_unsaved = visit.unsaved.value.length;
  const half_text = half_line.line.value.text.trim();
  return (
    <Dialog title={t('finish.title')} onClose={onClose}>
      <p>{t('finish.text', { n: visit.view.value.timeline.length })}</p>
      {half_text && <p class="soft">{t('finish.half_line', { text: half_text })}</p>}
      {saving.state === 'failed' && (
        <p class="notice" role="alert">
          {t('unsaved.finish')}
        </p>
      )}
      {n_unsaved > 0 && <p>{t('finish.not_yet')}</p>}
      <UnsavedBanner visit={visit} />
      <div class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t('finish.go_on')}
        </button>
        <button
          type="button"
          class="button primary"
          disabled={saving.is_busy || n_unsaved > 0}
          onClick={() => saving.run(() => finish(visit, half_line, script_key))}
        >
          {t('finish.now')}
        </button>
      </div>
    </Dialog>
  );
}

/** What was being typed was heard in this visit, so it is added before the end. */
async function finish(visit: Visit, half_line: HalfLineOnScreen, script_key: string | null) {
  const lines = lineDrafts(half_line.line.peek(), script_key);
  if (lines.length > 0) {
    const { saved } = visit.record(...lines);
    half_line.empty();
    if (!(await saved)) return false;
  }
  const entries = visit.entries.peek().map((one) => one.entry);
  const draft = finishDraft(entries, nowText(), readClock());
  return visit.record({ kind: 'observation.finished', ...draft }).saved;
}
