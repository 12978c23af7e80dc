import { t } from '../ui/messages/messages.ts';
import { go, links } from '../ui/routes.ts';
import { useTick } from '../ui/ticks.ts';
import { clockTime, nearDay } from '../ui/times.ts';
import { useSaving } from '../ui/use_saving.ts';
import { visitNames } from '../ui/visit_names.ts';
import { useDevice } from '../visits/device_context.ts';
import { is_forgotten } from '../visits/finish.ts';
import type { VisitSummary } from '../visits/visits.ts';
import { has_unsaved } from '../visits/writing.ts';
import { endVisit } from './end_visit.ts';
import { useFirst } from './use_first.tsx';
import { VisitRow } from './visit_row.tsx';

/** A new visit stays one tap away below them. */
const SHOWN_FIRST = 3;

/** Two may be open at once; one that nobody finished can end at its last tap. */
export function OpenVisits({ visits }: { visits: VisitSummary[] }) {
  const now_ms = useTick(30_000);
  const { shown, show_all } = useFirst(visits, SHOWN_FIRST);
  if (visits.length === 0) return null;
  return (
    <section>
      <h2 class="cap">{t('today.open')}</h2>
      <ul class="list card">
        {shown.map((visit) => (
          <OpenVisit key={visit.observation_id} visit={visit} now_ms={now_ms} />
        ))}
      </ul>
      {show_all}
    </section>
  );
}

function OpenVisit({ visit, now_ms }: { visit: VisitSummary; now_ms: number }) {
  const device = useDevice();
  const saving = useSaving();
  const { protocol_title } = visitNames(visit.context, device.directory.value);
  const endAtLastTap = () =>
    saving.run(async () => {
      await endVisit(device, visit.observation_id, visit.last_tap_at);
      go(links.review(visit.observation_id));
      return true;
    });
  const line = t('today.open_line', {
    protocol: protocol_title,
    n: visit.marks,
    day: nearDay(visit.started_at),
  });
  return (
    <VisitRow visit={visit} line={line}>
      {saving.state === 'failed' && (
        <p class="notice" role="alert">
          {t('unsaved.finish')}
        </p>
      )}
      {is_forgotten(visit.last_tap_at, now_ms) &&
        !has_unsaved(device.writing, visit.observation_id) && (
          <button type="button" class="button" disabled={saving.is_busy} onClick={endAtLastTap}>
            {t('today.end_at_last_tap', { time: clockTime(visit.last_tap_at) })}
          </button>
        )}
      <a class="button primary" href={links.capture(visit.observation_id)}>
        {t('today.go_on')}
      </a>
    </VisitRow>
  );
}
