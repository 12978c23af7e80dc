import { useEffect, useState } from 'preact/hooks';
import { leaveServer } from '../../sync/sign_out.ts';
import { t } from '../../ui/messages/messages.ts';
import { useTick } from '../../ui/ticks.ts';
import { type KnownWorker, readWorkers, takeTablet } from '../../visits/workers.ts';
import { WhoWorksScreen, type Worker } from './who_works.tsx';

/** Everybody who is known on this tablet; it opens anew for whoever says that it is she. */
export function WhoIsHere() {
  const now_ms = useTick(15_000);
  const [known, setKnown] = useState<KnownWorker[] | null>(null);
  useEffect(() => void readWorkers().then(setKnown, console.error), []);
  if (!known) return <main class="quiet-screen">{t('app.opening')}</main>;
  const workers = known.map(({ n, oldest_unsent_at: at, ...one }): Worker => {
    const oldest_ms = at === null ? null : now_ms - Date.parse(at);
    return { ...one, waiting: { n, oldest_ms } };
  });
  return (
    <WhoWorksScreen
      workers={workers}
      onChoose={takeTablet}
      onSomebodyElse={() => void signInAsSomebodyElse()}
    />
  );
}

async function signInAsSomebodyElse(): Promise<void> {
  await leaveServer(null).catch(console.error);
  location.assign('/sign-in?next=/app/');
}
