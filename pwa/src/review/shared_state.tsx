import { useEffect, useRef } from 'preact/hooks';
import { MarkSign } from '../ui/mark_sign.tsx';
import { type MessageKey, t } from '../ui/messages/messages.ts';
import { clockTime, nearDay } from '../ui/times.ts';
import { nameOf } from '../ui/visit_names.ts';
import { useDevice } from '../visits/device_context.ts';
import type { MarkState } from '../visits/mark_state.ts';
import type { Visit } from '../visits/visit.ts';

const WORDS: Record<MarkState, MessageKey> = {
  unsaved: 'shared.unsaved',
  ring: 'shared.ring',
  journal: 'shared.journal',
  dot: 'shared.dot',
  check: 'shared.check',
  set_aside: 'shared.set_aside',
  photo_lost: 'shared.check',
};

/** Where the shared feedback is on its way, what came since, and what the teacher answered. */
export function SharedState({ visit, onShare }: { visit: Visit; onShare: () => void }) {
  const { directory } = useDevice();
  const view = visit.view.value;
  const latest = view.feedback.at(-1);
  const ref = useRef<HTMLElement>(null);
  const entry_id = latest?.entry_id;
  // What was just shared is brought before the eyes.
  useEffect(() => ref.current?.scrollIntoView?.({ block: 'nearest' }), [entry_id]);
  if (!latest) return null;
  const shown = visit.entries.value.find((one) => one.entry.entry_id === latest.entry_id);
  const state = shown?.state ?? 'check';
  const teacher = nameOf(directory.value, view.context?.observed_id);
  return (
    <section ref={ref} class={state === 'check' ? 'card shared-state' : 'card safe shared-state'}>
      <MarkSign state={state} />
      <div>
        <p>
          <b>
            {t('shared.title', {
              teacher,
              version: latest.version,
              day: nearDay(latest.occurred_at),
              time: clockTime(latest.occurred_at),
            })}
          </b>{' '}
          {t(WORDS[state], { teacher, reason: shown?.set_aside?.text ?? '' })}
        </p>
        {view.has_new_evidence_since_feedback && (
          <div class="notice new-evidence">
            <p>{t('shared.new_evidence')}</p>
            <button type="button" class="button" onClick={onShare}>
              {t('share.look_again')}
            </button>
          </div>
        )}
        {view.replies.map((reply) => (
          <div key={reply.entry_id} class="reply-block">
            <p class="soft">
              {t('shared.reply', {
                teacher,
                day: nearDay(reply.occurred_at),
                time: clockTime(reply.occurred_at),
              })}
            </p>
            <q class="reply">{reply.text}</q>
          </div>
        ))}
      </div>
    </section>
  );
}
