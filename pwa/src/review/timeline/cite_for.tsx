import { t } from '../../ui/messages/messages.ts';
import { type CiteTarget, STRENGTHS_MAX } from '../composer_rules.ts';
import type { FeedbackDraft } from '../feedback_draft.ts';

interface Props {
  target: CiteTarget;
  setTarget: (target: CiteTarget) => void;
  draft: FeedbackDraft;
}

export function CiteFor({ target, setTarget, draft }: Props) {
  const places = Math.min(STRENGTHS_MAX, Math.max(1, draft.strengths.length));
  const targets: CiteTarget[] = [...Array.from({ length: places }, (_, at) => at), 'notes'];
  return (
    <fieldset class="cite-for">
      <legend class="only-read">{t('review.cite_for')}</legend>
      <span class="soft" aria-hidden="true">
        {t('review.cite_for')}
      </span>
      {targets.map((one) => (
        <button
          key={one}
          type="button"
          class="segment"
          aria-pressed={target === one}
          onClick={() => setTarget(one)}
        >
          {one === 'notes' ? t('review.cite_notes') : t('review.cite_strength', { n: one + 1 })}
        </button>
      ))}
    </fieldset>
  );
}
