import type { Visit } from '../visits/visit.ts';
import { MarkSign } from './mark_sign.tsx';
import { t } from './messages/messages.ts';

/** Feedback that the server kept but did not hand on: why, and that it can be changed and shared again. */
export function ReturnedFeedback({ visit }: { visit: Visit }) {
  const returned = visit.returned.value;
  if (!returned) return null;
  return (
    <section class="card safe">
      <MarkSign state="set_aside" />
      <p>{t('shared.set_aside', { reason: returned.set_aside?.text ?? '' })}</p>
    </section>
  );
}
