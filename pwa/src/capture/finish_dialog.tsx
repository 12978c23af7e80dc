import { useState } from 'preact/hooks';
import { readClock } from '../entry/clock.ts';
import { Dialog } from '../ui/dialog.tsx';
import { coversOf } from '../ui/finish.ts';
import { countEvidence } from '../ui/mark_state.ts';
import { t } from '../ui/messages/messages.ts';
import { go, links } from '../ui/routes.ts';
import { nowText } from '../ui/times.ts';
import type { Visit } from '../ui/visit.ts';

export function FinishDialog({ visit, onClose }: { visit: Visit; onClose: () => void }) {
  const [has_failed, setFailed] = useState(false);
  const shown = visit.entries.value;
  const finish = async () => {
    const own = shown.filter((one) => one.is_own).map((one) => one.entry);
    const payload = { ended_at: nowText(), covers: coversOf(own, readClock()) };
    const { saved } = visit.record({ kind: 'observation.finished', payload });
    if (await saved) go(links.review(visit.observation_id));
    else setFailed(true);
  };
  return (
    <Dialog title={t('finish.title')} onClose={onClose}>
      <p>{t('finish.text', { n: countEvidence(shown, visit.view.value.retracted) })}</p>
      {has_failed && <p class="notice">{t('unsaved.finish')}</p>}
      <div class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t('finish.go_on')}
        </button>
        <button type="button" class="button primary" onClick={finish}>
          {t('finish.now')}
        </button>
      </div>
    </Dialog>
  );
}
