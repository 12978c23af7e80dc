import { t } from '../../ui/messages/messages.ts';
import { links } from '../../ui/routes.ts';
import { clockTime, nearDay } from '../../ui/times.ts';
import { visitNames } from '../../ui/visit_names.ts';
import { useDevice } from '../../visits/device_context.ts';
import type { VisitSummary } from '../../visits/visits.ts';
import { piecesOf, waitingVisits } from './pieces.ts';

/** What waits, visit by visit, the oldest first. */
export function WaitingVisits({ visits }: { visits: readonly VisitSummary[] }) {
  const { sync } = useDevice();
  const waiting = waitingVisits(visits);
  const elsewhere = sync.status.value.on_tablet - waiting.reduce((n, one) => n + one.waiting, 0);
  if (waiting.length === 0) {
    return elsewhere > 0 ? <p class="soft">{t('waiting.nowhere', { n: elsewhere })}</p> : null;
  }
  return (
    <section>
      <h2 class="cap">
        {t('waiting.visits')} <em>{t('waiting.oldest_first')}</em>
      </h2>
      <ul class="list card">
        {waiting.map((visit) => (
          <WaitingVisit key={visit.observation_id} visit={visit} />
        ))}
      </ul>
      {elsewhere > 0 && <p class="soft">{t('waiting.elsewhere', { n: elsewhere })}</p>}
    </section>
  );
}

function WaitingVisit({ visit }: { visit: VisitSummary }) {
  const { directory } = useDevice();
  const { teacher, class_title } = visitNames(visit.context, directory.value);
  const since = visit.oldest_waiting_at ?? visit.started_at;
  const link = visit.status === 'capturing' ? links.capture : links.review;
  return (
    <li class="row-sign-act">
      <span class="sign" data-state="dot" aria-hidden="true" />
      <span>
        <b>{teacher}</b>
        <span class="row-class">{class_title}</span>
        <span class="soft row-line">
          {t('waiting.visit_of', {
            day: nearDay(visit.started_at),
            time: clockTime(visit.started_at),
          })}
        </span>
        <span class="row-line num">
          {t('waiting.since', {
            what: piecesOf(visit).join(', '),
            day: nearDay(since),
            time: clockTime(since),
          })}
        </span>
      </span>
      <a class="link-button" href={link(visit.observation_id)}>
        {t('today.open_short')}
      </a>
    </li>
  );
}
