import { useState } from 'preact/hooks';
import { readClock } from '../entry/clock.ts';
import { make, useDevice } from '../ui/device.ts';
import { coversOf, is_forgotten } from '../ui/finish.ts';
import { t } from '../ui/messages/messages.ts';
import { go, links } from '../ui/routes.ts';
import { useTick } from '../ui/ticks.ts';
import { clockTime, nearDay } from '../ui/times.ts';
import { visitNames } from '../ui/visit_names.ts';
import type { VisitSummary } from '../ui/visits.ts';
import { VisitRow } from './visit_row.tsx';

/** Two may be open at once; one that nobody finished can end at its last tap. */
export function OpenVisits({ visits }: { visits: VisitSummary[] }) {
  const now_ms = useTick(30_000);
  if (visits.length === 0) return null;
  return (
    <section>
      <h2 class="cap">{t('today.open')}</h2>
      <ul class="list card">
        {visits.map((visit) => (
          <OpenVisit key={visit.observation_id} visit={visit} now_ms={now_ms} />
        ))}
      </ul>
    </section>
  );
}

function OpenVisit({ visit, now_ms }: { visit: VisitSummary; now_ms: number }) {
  const device = useDevice();
  const [has_failed, setFailed] = useState(false);
  const { protocol_title } = visitNames(visit.context, device.directory.value);
  const endAtLastTap = async () => {
    try {
      await finishAt(device, visit);
      go(links.review(visit.observation_id));
    } catch (error) {
      console.error(error);
      setFailed(true);
    }
  };
  const line = t('today.open_line', {
    protocol: protocol_title,
    n: visit.marks,
    day: nearDay(visit.started_at),
  });
  return (
    <VisitRow visit={visit} line={has_failed ? t('unsaved.finish') : line}>
      {is_forgotten(visit.last_tap_at, now_ms) && (
        <button type="button" class="button" onClick={endAtLastTap}>
          {t('today.end_at_last_tap', { time: clockTime(visit.last_tap_at) })}
        </button>
      )}
      <a class="button primary" href={links.capture(visit.observation_id)}>
        {t('today.go_on')}
      </a>
    </VisitRow>
  );
}

async function finishAt(device: ReturnType<typeof useDevice>, visit: VisitSummary): Promise<void> {
  const subject_id = visit.observation_id;
  const logged = await device.log.entriesOf(subject_id);
  const own = logged.filter((one) => one.is_own).map((one) => one.entry);
  const payload = { ended_at: visit.last_tap_at, covers: coversOf(own, readClock()) };
  await device.log.append([make(device, { subject_id, kind: 'observation.finished', payload })]);
}
