import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { daysBetween, nearDay, nowText } from '../ui/times.ts';
import { nameOf } from '../ui/visit_names.ts';
import { useDevice } from '../visits/device_context.ts';
import type { VisitSummary } from '../visits/visits.ts';
import { useFirst } from './use_first.tsx';

const SHOWN_FOR_DAYS = 14;
const SHOWN_FIRST = 4;

/** What teachers answered in the last two weeks, newest first. */
export function Replies({ visits }: { visits: VisitSummary[] }) {
  const { directory } = useDevice();
  const replies = visits
    .flatMap((visit) => visit.replies.map((reply) => ({ visit, reply })))
    .filter(({ reply }) => daysBetween(reply.occurred_at, nowText()) <= SHOWN_FOR_DAYS)
    .sort((one, other) => Date.parse(other.reply.occurred_at) - Date.parse(one.reply.occurred_at));
  const { shown, show_all } = useFirst(replies, SHOWN_FIRST);
  if (replies.length === 0) return null;
  return (
    <section>
      <h2 class="cap">{t('today.replies')}</h2>
      <ul class="list card">
        {shown.map(({ visit, reply }) => (
          <li key={reply.entry_id} class="row">
            <span>
              <b>{nameOf(directory.value, reply.author_id)}</b>
              <span class="soft row-line">
                {t('today.reply_line', { day: nearDay(reply.occurred_at) })}
              </span>
              <q class="reply">{reply.text}</q>
            </span>
            <a class="link-button" href={links.review(visit.observation_id)}>
              {t('today.open_short')}
            </a>
          </li>
        ))}
      </ul>
      {show_all}
    </section>
  );
}
