import type { LoggedEntry } from '../log/log.ts';
import { kindText } from '../ui/kind_text.ts';
import { t } from '../ui/messages/messages.ts';
import { clockTime, nearDay } from '../ui/times.ts';
import { visitNames } from '../ui/visit_names.ts';
import { useDevice } from '../visits/device.ts';
import { findProtocol } from '../visits/directory.ts';
import type { VisitSummary } from '../visits/visits.ts';

interface Props {
  set_aside: LoggedEntry[];
  visits: VisitSummary[];
}

/** Safe on the server, not part of the visit: shown in full, with the server's own sentence. */
export function SetAsideList({ set_aside, visits }: Props) {
  const { directory } = useDevice();
  if (set_aside.length === 0) return null;
  return (
    <section>
      <h2 class="cap">{t('waiting.set_aside')}</h2>
      <p class="soft">{t('waiting.set_aside_text')}</p>
      <ul class="list card">
        {set_aside.map(({ entry, set_aside }) => {
          const visit = visits.find((one) => one.observation_id === entry.subject_id);
          const context = visit?.context ?? null;
          const protocol = findProtocol(
            directory.value,
            context?.protocol_slug ?? null,
            context?.protocol_version ?? null,
          );
          return (
            <li key={entry.entry_id} class="row-sign">
              <span class="sign" data-state="set_aside" aria-hidden="true" />
              <span>
                <b>{kindText(entry, protocol?.document ?? null)}</b>
                <span class="soft row-line">
                  {t('waiting.set_aside_line', {
                    teacher: visitNames(context, directory.value).teacher,
                    day: nearDay(entry.occurred_at),
                    time: clockTime(entry.occurred_at),
                  })}
                </span>
                <span class="row-line">{set_aside?.text ?? ''}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
