import { useDevice } from '../ui/device.ts';
import { Icon } from '../ui/icons.tsx';
import { MarkSign } from '../ui/mark_sign.tsx';
import type { MarkState } from '../ui/mark_state.ts';
import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { clockTime, shortDay } from '../ui/times.ts';
import type { Visit } from '../ui/visit.ts';
import { visitNames } from '../ui/visit_names.ts';
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
  const has_reason = view.has_new_evidence_since_feedback || feedbackState(visit) === 'set_aside';
  const is_shared =
    is_as_shared(cleanDraft(composer.draft.value, view.timeline), view) && !has_reason;
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

function feedbackState(visit: Visit): MarkState | null {
  const latest = visit.view.value.feedback.at(-1);
  return visit.entries.value.find((one) => one.entry.entry_id === latest?.entry_id)?.state ?? null;
}
