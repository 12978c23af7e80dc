import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { nearDay } from '../ui/times.ts';
import { nameOf } from '../ui/visit_names.ts';
import { useDevice } from '../visits/device_context.ts';
import type { VisitSummary } from '../visits/visits.ts';
import { useFirst } from './use_first.tsx';

const SHOWN_FIRST = 8;

/** Finished visits whose teacher has heard nothing yet. */
export function Drafts({ visits }: { visits: VisitSummary[] }) {
  const { directory } = useDevice();
  const { shown, show_all } = useFirst(visits, SHOWN_FIRST);
  return (
    <section>
      <h2 class="cap">{t('today.drafts')}</h2>
      {visits.length === 0 && <p class="soft">{t('today.no_drafts')}</p>}
      {visits.length > 0 && (
        <ul class="list card">
          {shown.map((visit) => (
            <li key={visit.observation_id} class="row">
              <span>
                <b>{nameOf(directory.value, visit.context.observed_id)}</b>
                <span class="soft row-line">
                  {t(visit.has_draft ? 'today.draft_line' : 'today.no_draft_line', {
                    day: nearDay(visit.started_at),
                    n: visit.marks,
                  })}
                </span>
              </span>
              <a class="link-button" href={links.review(visit.observation_id)}>
                {t(visit.has_draft ? 'today.finish_draft' : 'today.write')}
              </a>
            </li>
          ))}
        </ul>
      )}
      {show_all}
    </section>
  );
}
