import { Icon } from '../ui/icons.tsx';
import { MarkSign } from '../ui/mark_sign.tsx';
import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { StatusLine } from '../ui/status_line.tsx';
import { clockTime, shortDay } from '../ui/times.ts';
import { visitNames } from '../ui/visit_names.ts';
import { useDevice } from '../visits/device_context.ts';
import { countMarks, type MarkState } from '../visits/mark_state.ts';
import type { Visit } from '../visits/visit.ts';
import type { Composer } from './composer/composer_state.ts';
import { cleanDraft, is_as_shared, nextVersion } from './composer_rules.ts';

interface Props {
  visit: Visit;
  composer: Composer;
  onOpen: (what: 'preview' | 'share' | 'details') => void;
}

export function ReviewHead({ visit, composer, onOpen }: Props) {
  const { directory } = useDevice();
  const view = visit.view.value;
  const { teacher, class_title, purpose, visible_to } = visitNames(view.context, directory.value);
  const version = nextVersion(view);
  const is_shared =
    is_as_shared(cleanDraft(composer.draft.value, view.timeline), view) &&
    !view.has_new_evidence_since_feedback;
  const when = t('review.when', {
    day: shortDay(view.started_at ?? ''),
    from: clockTime(view.started_at ?? ''),
    to: clockTime(view.ended_at ?? view.started_at ?? ''),
  });
  return (
    <header class="top review-head">
      <a class="button round" href={links.today} aria-label={t('nav.today')}>
        <Icon name="back" />
      </a>
      <div class="review-who">
        <h1 id="screen-title" tabIndex={-1}>
          {t('review.title', { teacher })}
        </h1>
        <p class="soft">{t('review.line', { class_title, when, purpose, visible_to })}</p>
        <p class="soft">
          {t('review.draft_here')} <MarkSign state={draftState(visit)} />
        </p>
        <StatusLine set_aside={countMarks(visit.entries.value).set_aside} />
      </div>
      {view.status !== 'shared' && (
        <button
          type="button"
          class="button round"
          onClick={() => onOpen('details')}
          aria-label={t('details.open')}
        >
          <Icon name="edit" />
        </button>
      )}
      <button type="button" class="button" onClick={() => onOpen('preview')}>
        {t('review.preview')}
      </button>
      <button
        type="button"
        class="button primary"
        disabled={is_shared}
        onClick={() => onOpen('share')}
      >
        {version > 1 ? t('share.again', { version }) : t('share.share')}
      </button>
    </header>
  );
}

function draftState(visit: Visit): MarkState | null {
  return visit.entries.value.findLast((one) => one.entry.kind === 'draft.written')?.state ?? null;
}
