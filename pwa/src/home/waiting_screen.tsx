import { useEffect, useState } from 'preact/hooks';
import type { LoggedEntry } from '../log/log.ts';
import { useDevice } from '../ui/device.ts';
import { t } from '../ui/messages/messages.ts';
import { networkText, waitingReason } from '../ui/sync_words.ts';
import { useTick } from '../ui/ticks.ts';
import { clockTime, nearDay } from '../ui/times.ts';
import { useVisits } from '../ui/use_visits.ts';
import { visitNames } from '../ui/visit_names.ts';
import type { VisitSummary } from '../ui/visits.ts';
import { HomeHead } from './home_head.tsx';
import { SetAsideList } from './set_aside_list.tsx';

/** What is on this tablet only, since when and why; and what the server set aside. */
export function WaitingScreen() {
  const device = useDevice();
  const now_ms = useTick(15_000);
  const visits = useVisits() ?? [];
  const set_aside = useSetAside();
  const status = device.sync.status.value;
  const waiting = visits.filter((visit) => visit.waiting > 0);
  return (
    <>
      <HomeHead title={t('waiting.title')} />
      <main class="today">
        <section class={status.on_tablet > 0 ? 'card safe' : 'card safe calm'}>
          <span class="sign" data-state={status.on_tablet ? 'dot' : 'check'} aria-hidden="true" />
          <p>
            <b>{t('waiting.count', { n: status.on_tablet })}</b>{' '}
            <span class="soft">
              {status.on_tablet > 0 ? waitingReason(status, now_ms) : networkText(status)}
            </span>
          </p>
          <button type="button" class="button" onClick={() => device.sync.nudge()}>
            {t('waiting.send_now')}
          </button>
        </section>
        {waiting.length > 0 && (
          <ul class="list card">
            {waiting.map((visit) => (
              <WaitingVisit key={visit.observation_id} visit={visit} />
            ))}
          </ul>
        )}
        <p class="soft">{t('waiting.safe_words')}</p>
        <SetAsideList set_aside={set_aside} visits={visits} />
      </main>
    </>
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

function useSetAside(): LoggedEntry[] {
  const { log } = useDevice();
  const [set_aside, setSetAside] = useState<LoggedEntry[]>([]);
  useEffect(() => {
    const read = () => void log.setAside().then(setSetAside, console.error);
    read();
    return log.subscribe(read);
  }, [log]);
  return set_aside;
}
