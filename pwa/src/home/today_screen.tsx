import { is_observer } from '../sync/session.ts';
import { type MessageKey, t } from '../ui/messages/messages.ts';
import { OthersCard } from '../ui/others_card.tsx';
import { ReadFailed } from '../ui/read_failed.tsx';
import { links } from '../ui/routes.ts';
import { longDay, nowText } from '../ui/times.ts';
import { useDevice } from '../visits/device_context.ts';
import { useVisits } from '../visits/use_visits.ts';
import type { VisitSummary } from '../visits/visits.ts';
import { AccountMenu } from './account_menu.tsx';
import { Caseload } from './caseload_list.tsx';
import { Drafts } from './drafts.tsx';
import { EncryptionNotice, ReadingEnded } from './lock/reading_notices.tsx';
import { NotShared } from './not_shared.tsx';
import { OpenVisits } from './open_visits.tsx';
import { Recent } from './recent.tsx';
import { Replies } from './replies.tsx';
import { SetAsideCard } from './set_aside_card.tsx';
import { Storage } from './storage.tsx';
import { SyncCard } from './sync_card.tsx';

export function TodayScreen() {
  const { session, privacy } = useDevice();
  const { value: visits, has_failed, readAgain } = useVisits();
  return (
    <>
      <header class="top">
        <h1 id="screen-title" tabIndex={-1}>
          {t('app.name')}
        </h1>
        <p class="top-day soft">
          {t('today.who_when', { name: session.display_name, day: longDay(nowText()) })}
        </p>
        <AccountMenu />
      </header>
      <main class="today">
        <SyncCard />
        <OthersCard />
        <SetAsideCard />
        <Reading />
        {has_failed && <ReadFailed onTryAgain={readAgain} />}
        {visits && <TodayLists visits={visits} />}
        {!visits && !has_failed && <p class="soft">{t('app.opening')}</p>}
        {privacy.encryption === 'none' && <EncryptionNotice kind="none" />}
        {is_observer(session.roles) && <Storage />}
      </main>
    </>
  );
}

function Reading() {
  const { privacy, sync } = useDevice();
  const reading = privacy.reading.value;
  return reading === 'open' ? null : <ReadingEnded why={reading} onTryNow={() => sync.nudge()} />;
}

function TodayLists({ visits }: { visits: VisitSummary[] }) {
  const { session, directory, privacy } = useDevice();
  const own = visits.filter((visit) => visit.observer_id === session.person_id);
  if (!is_observer(session.roles)) return <NotAnObserver />;
  return (
    <>
      <NotShared visits={own} />
      <OpenVisits visits={own.filter((visit) => visit.status === 'capturing')} />
      <section class="card hero">
        <div>
          <h2>{t('today.start_title')}</h2>
          <p>{t('today.start_text')}</p>
        </div>
        <a class="button big" href={links.start()}>
          {t('today.start')}
        </a>
      </section>
      {directory.value.people.length === 0 && <p class="notice">{t('today.no_people')}</p>}
      {privacy.reading.value === 'open' ? (
        <WithTheServer own={own} />
      ) : (
        <Drafts visits={own.filter((visit) => visit.status === 'finished')} />
      )}
    </>
  );
}

/** What would be wrong or missing without what came from the server. */
function WithTheServer({ own }: { own: VisitSummary[] }) {
  return (
    <>
      <Replies visits={own} />
      <div class="two">
        <div class="stack">
          <Drafts visits={own.filter((visit) => visit.status === 'finished')} />
          <Recent visits={own.filter((visit) => visit.status === 'shared')} />
        </div>
        <Caseload visits={own} />
      </div>
    </>
  );
}

const ELSEWHERE: readonly [role: string, key: MessageKey][] = [
  ['teacher', 'today.not_an_observer_teacher'],
  ['admin', 'today.not_an_observer_admin'],
];

function NotAnObserver() {
  const { roles } = useDevice().session;
  const [, key = 'today.not_an_observer' as const] =
    ELSEWHERE.find(([role]) => roles.includes(role)) ?? [];
  return (
    <section class="card not-observer">
      <p>{t(key)}</p>
      <a class="button" href="/">
        {t('today.to_the_page')}
      </a>
    </section>
  );
}
