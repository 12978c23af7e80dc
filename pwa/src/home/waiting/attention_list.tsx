import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import type { WordlessAside } from '../../log/aside.ts';
import type { LoggedEntry } from '../../log/log.ts';
import { kindText } from '../../ui/kind_text.ts';
import { t } from '../../ui/messages/messages.ts';
import { links } from '../../ui/routes.ts';
import { clockTime, nearDay } from '../../ui/times.ts';
import { visitNames } from '../../ui/visit_names.ts';
import { useDevice } from '../../visits/device_context.ts';
import { findProtocol } from '../../visits/directory.ts';
import type { VisitSummary } from '../../visits/visits.ts';
import { can_be_entered_again } from './again.ts';

const LOST = 'lost-on-device';

interface Props {
  set_aside: readonly LoggedEntry[];
  wordless: readonly WordlessAside[];
  visits: readonly VisitSummary[];
}

/** Safe on the server, not part of the visit: shown in full, with the server's own sentence and what to do. */
export function AttentionList({ set_aside, wordless, visits }: Props) {
  const n = set_aside.length + wordless.length;
  if (n === 0) return null;
  const is_lost = wordless.some((one) => one.is_own && one.code === LOST);
  const is_elsewhere = wordless.some((one) => !one.is_own);
  const visitOf = (id: string) => visits.find((one) => one.observation_id === id) ?? null;
  return (
    <section>
      <h2 class="cap">{t('attention.title', { n })}</h2>
      {(set_aside.length > 0 || is_elsewhere) && (
        <p class="soft list-text">
          {t('attention.text', { n })} {is_elsewhere && t('attention.elsewhere_text')}
        </p>
      )}
      {is_lost && <p class="soft list-text">{t('attention.lost_text')}</p>}
      <ul class="list card">
        {set_aside.map((one) => (
          <RowBoundary key={one.entry.entry_id} why={one.set_aside?.text ?? ''}>
            <SetAsideRow one={one} visit={visitOf(one.entry.subject_id)} />
          </RowBoundary>
        ))}
        {wordless.map((one) => (
          <RowBoundary key={`${one.stream_id} ${one.stream_seq}`} why={one.text}>
            <WordlessRow one={one} visit={visitOf(one.subject_id)} />
          </RowBoundary>
        ))}
      </ul>
    </section>
  );
}

/** What cannot be shown must not take the page with "Send now" and the rescue file away. */
function RowBoundary({ why, children }: { why: string; children: ComponentChildren }) {
  const [error] = useErrorBoundary((cause) => console.error(cause));
  if (!error) return <>{children}</>;
  return (
    <li class="row-sign-act">
      <span class="sign" data-state="set_aside" aria-hidden="true" />
      <span>
        <b>{t('kind.other')}</b>
        <span class="row-line">{why}</span>
      </span>
    </li>
  );
}

function SetAsideRow({ one, visit }: { one: LoggedEntry; visit: VisitSummary | null }) {
  const { directory } = useDevice();
  const { entry, set_aside } = one;
  const { protocol_slug = null, protocol_version = null } = visit?.context ?? {};
  const protocol = findProtocol(directory.value, protocol_slug, protocol_version);
  return (
    <Row
      what={kindText(entry, protocol?.document ?? null)}
      at={entry.occurred_at}
      why={set_aside?.text ?? ''}
      code={set_aside?.code ?? ''}
      is_own={one.is_own}
      visit={visit}
    />
  );
}

function WordlessRow({ one, visit }: { one: WordlessAside; visit: VisitSummary | null }) {
  return (
    <Row
      what={wordlessText(one)}
      at={one.entered_at}
      why={one.text}
      code={one.code}
      is_own={one.is_own}
      is_withdrawn={one.is_withdrawn}
      visit={visit}
    />
  );
}

function wordlessText({ is_own, is_withdrawn, code, stream_seq: n }: WordlessAside): string {
  if (!is_own) return t('attention.elsewhere');
  if (is_withdrawn) return t('attention.lost', { n });
  return t(code === LOST ? 'attention.lost' : 'attention.left', { n });
}

interface RowProps {
  what: string;
  at: string | null;
  why: string;
  code: string;
  is_own: boolean;
  is_withdrawn?: boolean;
  visit: VisitSummary | null;
}

function Row({ what, at, why, code, is_own, is_withdrawn, visit }: RowProps) {
  const { directory } = useDevice();
  const { teacher } = visitNames(visit?.context ?? null, directory.value);
  const nowhere = is_own ? 'attention.no_visit' : 'attention.visit_unknown';
  const where = visit ? teacher : t(is_withdrawn ? 'withdrawn.title' : nowhere);
  const link = visit?.status === 'capturing' ? links.capture : links.review;
  return (
    <li class="row-sign-act">
      <span class="sign" data-state="set_aside" aria-hidden="true" />
      <span>
        <b>{what}</b>
        <span class="soft row-line">
          {at ? t('attention.line', { where, day: nearDay(at), time: clockTime(at) }) : where}
          {!is_own && at && <> · {t('attention.from_elsewhere')}</>}
        </span>
        <span class="row-line">{why}</span>
      </span>
      {visit && (
        <a class="button" href={link(visit.observation_id)}>
          {t(can_be_entered_again(code) ? 'attention.again' : 'attention.open')}
        </a>
      )}
    </li>
  );
}
