import type { DeviceLog } from '../log/log.ts';
import { t } from '../ui/messages/messages.ts';
import { ReadFailed } from '../ui/read_failed.tsx';
import { networkText, waitingReason } from '../ui/sync_words.ts';
import { useTick } from '../ui/ticks.ts';
import { clockTime, nearDay } from '../ui/times.ts';
import { visitNames } from '../ui/visit_names.ts';
import { useDevice } from '../visits/device.ts';
import { useReading } from '../visits/use_reading.ts';
import { useVisits } from '../visits/use_visits.ts';
import type { VisitSummary } from '../visits/visits.ts';
import { HomeHead } from './home_head.tsx';
import { SetAsideList } from './set_aside_list.tsx';

const readSetAside = (log: DeviceLog) => log.setAside();

/** What is on this tablet only, since when and why; and what the server set aside. */
export function WaitingScreen() {
  const { sync } = useDevice();
  const visits = useVisits();
  const set_aside = useReading(readSetAside);
  const { counted } = sync.status.value;
  const readAgain = () => {
    sync.nudge();
    visits.readAgain();
    set_aside.readAgain();
  };
  const has_failed = counted === 'failed' || visits.has_failed || set_aside.has_failed;
  return (
    <>
      <HomeHead title={t('waiting.title')} />
      <main class="today">
        {has_failed && <ReadFailed onTryAgain={readAgain} />}
        {counted === 'counted' && <OnThisTablet />}
        <WaitingVisits visits={visits.value ?? []} />
        <p class="soft">{t('waiting.safe_words')}</p>
        <SetAsideList set_aside={set_aside.value ?? []} visits={visits.value ?? []} />
      </main>
    </>
  );
}

function OnThisTablet() {
  const { sync } = useDevice();
  const now_ms = useTick(15_000);
  const status = sync.status.value;
  return (
    <section class={status.on_tablet > 0 ? 'card safe' : 'card safe calm'}>
      <span class="sign" data-state={status.on_tablet ? 'dot' : 'check'} aria-hidden="true" />
      <p>
        <b>{t('waiting.count', { n: status.on_tablet })}</b>{' '}
        <span class="soft">
          {status.on_tablet > 0 ? waitingReason(status, now_ms) : networkText(status)}
        </span>
      </p>
      <button type="button" class="button" onClick={() => sync.nudge()}>
        {t('waiting.send_now')}
      </button>
    </section>
  );
}

function WaitingVisits({ visits }: { visits: VisitSummary[] }) {
  const waiting = visits.filter((visit) => visit.waiting > 0);
  if (waiting.length === 0) return null;
  return (
    <ul class="list card">
      {waiting.map((visit) => (
        <WaitingVisit key={visit.observation_id} visit={visit} />
      ))}
    </ul>
  );
}

function WaitingVisit({ visit }: { visit: VisitSummary }) {
  const { directory } = useDevice();
  const { teacher, class_title } = visitNames(visit.context, directory.value);
  const since = visit.oldest_waiting_at ?? visit.started_at;
  return (
    <li class="row">
      <span>
        <b>{t('visit.who', { teacher, class_title })}</b>
        <span class="soft row-line">
          {t('waiting.line', { n: visit.waiting, day: nearDay(since), time: clockTime(since) })}
        </span>
      </span>
    </li>
  );
}
