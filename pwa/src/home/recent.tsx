import { MarkSign } from '../ui/mark_sign.tsx';
import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { nearDay } from '../ui/times.ts';
import { nameOf } from '../ui/visit_names.ts';
import { useDevice } from '../visits/device_context.ts';
import { is_on_tablet_only } from '../visits/mark_state.ts';
import type { VisitSummary } from '../visits/visits.ts';
import { useFirst } from './use_first.tsx';

const SHOWN_FIRST = 8;

export function Recent({ visits }: { visits: VisitSummary[] }) {
  const { directory } = useDevice();
  const { shown, show_all } = useFirst(visits, SHOWN_FIRST);
  if (visits.length === 0) return null;
  return (
    <section>
      <h2 class="cap">{t('today.shared')}</h2>
      <ul class="list card">
        {shown.map((visit) => (
          <li key={visit.observation_id} class="row">
            <span>
              <b>{nameOf(directory.value, visit.context.observed_id)}</b>
              <span class="soft row-line">
                {t(visit.has_new_evidence ? 'today.shared_line_new' : 'today.shared_line', {
                  day: nearDay(visit.started_at),
                  version: visit.latest_feedback?.version ?? 1,
                })}
              </span>
              {is_on_tablet_only(visit.shared_state) && (
                <span class="soft row-line">
                  <MarkSign state={visit.shared_state} /> {t('today.shared_waiting')}
                </span>
              )}
            </span>
            <a class="link-button" href={links.review(visit.observation_id)}>
              {t('today.open_short')}
            </a>
          </li>
        ))}
      </ul>
      {show_all}
    </section>
  );
}
