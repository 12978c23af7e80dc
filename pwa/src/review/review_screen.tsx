import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../ui/messages/messages.ts';
import { ReturnedFeedback } from '../ui/returned_feedback.tsx';
import { links } from '../ui/routes.ts';
import { UnsavedBanner } from '../ui/unsaved_banner.tsx';
import { VisitDetails } from '../ui/visit_details.tsx';
import { useDevice } from '../visits/device_context.ts';
import { addHalfLine } from '../visits/half_line.ts';
import { useVisit, type Visit } from '../visits/visit.ts';
import { Composing } from './composer/composing.tsx';
import { useComposer } from './composer/use_composer.ts';
import type { CiteTarget } from './composer_rules.ts';
import { Conflicts } from './conflicts.tsx';
import { ReviewHead } from './review_head.tsx';
import { ShareDialog } from './share/share_dialog.tsx';
import { SharedState } from './shared_state.tsx';
import { Timeline } from './timeline/timeline.tsx';

export function ReviewScreen({ observation_id }: { observation_id: string }) {
  const visit = useVisit(observation_id);
  if (!visit) return <main class="quiet-screen">{t('app.opening')}</main>;
  const { status } = visit.view.value;
  if (status === 'unknown' || status === 'capturing')
    return <NotYet visit={visit} status={status} />;
  return <Reviewing visit={visit} />;
}

const WITHDRAWN = ['withdrawn.title', 'withdrawn.text'] as const;
const STILL_OPEN = ['review.still_open_title', 'review.still_open_text'] as const;
const NOT_HERE = ['capture.not_here_title', 'capture.not_here_text'] as const;

function NotYet({ visit, status }: { visit: Visit; status: 'unknown' | 'capturing' }) {
  const is_open = status === 'capturing';
  const is_withdrawn = !is_open && visit.is_withdrawn.value;
  const [title, text] = is_withdrawn ? WITHDRAWN : is_open ? STILL_OPEN : NOT_HERE;
  return (
    <main class="quiet-screen">
      <h1 id="screen-title" tabIndex={-1}>
        {t(title)}
      </h1>
      <p>{t(text)}</p>
      <a class="button primary" href={is_open ? links.capture(visit.observation_id) : links.today}>
        {t(is_open ? 'today.go_on' : 'nav.today')}
      </a>
    </main>
  );
}

type Open = 'preview' | 'share' | 'details' | null;

function Reviewing({ visit }: { visit: Visit }) {
  const composer = useComposer(visit);
  const [target, setTarget] = useState<CiteTarget>(0);
  const [open, setOpen] = useState<Open>(null);
  const [side, setSide] = useState<'seen' | 'feedback'>('seen');
  // The visit may have been ended elsewhere, while a line was being typed here.
  const device = useDevice();
  useEffect(() => void addHalfLine(device, visit.observation_id).catch(console.error), [visit]);
  const show = (what: Open) => {
    composer.saveNow();
    setOpen(what);
  };
  const seen = useRef<HTMLDivElement>(null);
  const settle = () => {
    setOpen(null);
    setSide('seen');
    // Once that side is shown.
    requestAnimationFrame(() => seen.current?.scrollTo({ top: 0 }));
  };
  return (
    <div class="review">
      <ReviewHead visit={visit} composer={composer} onOpen={show} />
      <nav class="review-sides" aria-label={t('review.sides')}>
        {(['seen', 'feedback'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={side === one} onClick={() => setSide(one)}>
            {t(one === 'seen' ? 'review.side_seen' : 'review.side_feedback')}
          </button>
        ))}
      </nav>
      <main class="review-main" data-side={side}>
        <div class="review-seen" ref={seen}>
          <UnsavedBanner visit={visit} />
          <Conflicts visit={visit} onDetails={() => setOpen('details')} />
          <Timeline visit={visit} composer={composer} target={target} setTarget={setTarget} />
        </div>
        <div class="review-feedback">
          <ReturnedFeedback visit={visit} />
          <SharedState visit={visit} onShare={() => show('share')} />
          <Composing visit={visit} composer={composer} setTarget={setTarget} />
          <div class="composing-end">
            <button type="button" class="button primary big" onClick={() => show('share')}>
              {t('review.check_and_send')}
            </button>
          </div>
        </div>
      </main>
      {(open === 'preview' || open === 'share') && (
        <ShareDialog
          visit={visit}
          composer={composer}
          is_preview={open === 'preview'}
          onSettle={settle}
          onClose={() => setOpen(null)}
        />
      )}
      {open === 'details' && <VisitDetails visit={visit} onClose={() => setOpen(null)} />}
    </div>
  );
}
