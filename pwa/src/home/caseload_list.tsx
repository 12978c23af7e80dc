import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { nowText, shortDay } from '../ui/times.ts';
import { useDevice } from '../visits/device_context.ts';
import type { VisitSummary } from '../visits/visits.ts';
import { everyoneToObserve } from '../visits/whom_to_observe.ts';
import { notVisitedLately } from './caseload.ts';
import { useFirst } from './use_first.tsx';

const SHOWN_FIRST = 6;

export function Caseload({ visits }: { visits: VisitSummary[] }) {
  const { directory, session } = useDevice();
  const has_people = everyoneToObserve(directory.value, session).length > 0;
  const lines = notVisitedLately(directory.value, session, visits, nowText());
  const { shown, show_all } = useFirst(lines, SHOWN_FIRST);
  if (!has_people) return null;
  return (
    <section>
      <h2 class="cap">{t('today.not_visited')}</h2>
      {lines.length === 0 && <p class="soft">{t('today.all_visited')}</p>}
      {lines.length > 0 && (
        <ul class="list card">
          {shown.map(({ person, last_visit_at }) => (
            <li key={person.person_id} class="row">
              <span>
                <b>{person.display_name}</b>
                <span class="soft row-line">
                  {last_visit_at
                    ? t('start.last_visit', { day: shortDay(last_visit_at) })
                    : t('start.no_visit')}
                </span>
              </span>
              <a
                class="link-button"
                href={links.start(person.person_id)}
                aria-label={t('today.start_with', { name: person.display_name })}
              >
                {t('today.start_short')}
              </a>
            </li>
          ))}
        </ul>
      )}
      {show_all}
    </section>
  );
}
