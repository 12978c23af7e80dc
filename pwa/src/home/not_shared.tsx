import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { nameOf } from '../ui/visit_names.ts';
import { useDevice } from '../visits/device_context.ts';
import type { VisitSummary } from '../visits/visits.ts';

/** Feedback that the server keeps but did not hand on. */
export function NotShared({ visits }: { visits: VisitSummary[] }) {
  const { directory } = useDevice();
  const returned = visits.filter((visit) => visit.not_shared_because !== null);
  return (
    <>
      {returned.map((visit) => (
        <section key={visit.observation_id} class="card safe">
          <span class="sign" data-state="set_aside" aria-hidden="true" />
          <p>
            <b>
              {t('today.not_shared', { name: nameOf(directory.value, visit.context.observed_id) })}
            </b>{' '}
            {visit.not_shared_because}
          </p>
          <a class="button" href={links.review(visit.observation_id)}>
            {t('today.look')}
          </a>
        </section>
      ))}
    </>
  );
}
