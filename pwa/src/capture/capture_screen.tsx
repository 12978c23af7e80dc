import { useEffect } from 'preact/hooks';
import { t } from '../ui/messages/messages.ts';
import { go, links } from '../ui/routes.ts';
import { useVisit, type Visit } from '../visits/visit.ts';
import { Observing } from './observing.tsx';
import { useHalfLine } from './script/half_line.ts';

/** The way into a visit that goes on; a finished one is in review. */
export function CaptureScreen({ observation_id }: { observation_id: string }) {
  const visit = useVisit(observation_id);
  const half_line = useHalfLine(observation_id);
  const status = visit?.view.value.status;
  const is_over = visit !== undefined && is_finished_on_disk(visit);
  useEffect(() => {
    if (is_over) location.replace(links.review(observation_id));
  }, [is_over, observation_id]);
  if (!visit || !half_line || is_over) return <main class="quiet-screen">{t('app.opening')}</main>;
  if (status === 'unknown') {
    const is_withdrawn = visit.is_withdrawn.value;
    return (
      <main class="quiet-screen">
        <h1>{t(is_withdrawn ? 'withdrawn.title' : 'capture.not_here_title')}</h1>
        <p>{t(is_withdrawn ? 'withdrawn.text' : 'capture.not_here_text')}</p>
        <button type="button" class="button primary" onClick={() => go(links.today)}>
          {t('nav.today')}
        </button>
      </main>
    );
  }
  return <Observing visit={visit} half_line={half_line} />;
}

/** A finish that is not written yet could still fail, and its screen would be gone. */
function is_finished_on_disk(visit: Visit): boolean {
  const { status } = visit.view.value;
  const is_on_its_way = visit.entries.value.some(
    ({ entry, state }) =>
      entry.kind === 'observation.finished' && (state === 'ring' || state === 'unsaved'),
  );
  return (status === 'finished' || status === 'shared') && !is_on_its_way;
}
