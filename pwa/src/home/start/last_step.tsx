import { t } from '../../ui/messages/messages.ts';
import { shortDay } from '../../ui/times.ts';
import type { VisitSummary } from '../../visits/visits.ts';

/** The step that was agreed last, where this tablet knows it. */
export function LastStep({ visits, teacher_id }: { visits: VisitSummary[]; teacher_id: string }) {
  const latest = visits.find(
    (visit) => visit.context.observed_id === teacher_id && visit.latest_feedback?.step?.text,
  );
  const step = latest?.latest_feedback?.step;
  if (!latest || !step) return null;
  return (
    <section class="card last-step">
      <h2 class="cap">{t('start.last_step', { day: shortDay(latest.started_at) })}</h2>
      <p>{step.text}</p>
      {step.look_again_on && (
        <p class="soft">{t('start.look_again', { day: shortDay(step.look_again_on) })}</p>
      )}
    </section>
  );
}
