import type { Entry } from '../entry/entry.ts';
import { Icon } from '../ui/icons.tsx';
import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { NetworkLink, OnTablet, TroubleLink } from '../ui/status_line.tsx';
import { useTick } from '../ui/ticks.ts';
import { sinceStart } from '../ui/times.ts';
import { useTroubles } from '../ui/use_troubles.ts';
import { visitNames } from '../ui/visit_names.ts';
import { useDevice } from '../visits/device_context.ts';
import { countMarks } from '../visits/mark_state.ts';
import type { Visit } from '../visits/visit.ts';
import { is_dimmed, toggleDimmed } from './dimmed.ts';
import { elapsedNow } from './watch.ts';

interface Props {
  visit: Visit;
  started: Entry | undefined;
  onDetails: () => void;
  onFinish: () => void;
}

export function CaptureHead({ visit, started, onDetails, onFinish }: Props) {
  const device = useDevice();
  const { teacher, class_title, purpose, visible_to, protocol_title } = visitNames(
    visit.view.value.context,
    device.directory.value,
  );
  return (
    <header class="capture-head">
      <a class="button round" href={links.today} aria-label={t('nav.today')}>
        <Icon name="back" />
      </a>
      <div class="capture-who">
        <h1 id="screen-title" tabIndex={-1}>
          {t('visit.who', { teacher, class_title })}
        </h1>
        {visit.view.value.context_conflicts.length > 0 ? (
          <button type="button" class="aside-link" onClick={onDetails}>
            {t('capture.details_versions')}
          </button>
        ) : (
          <p>{t('visit.purpose_line', { purpose, visible_to })}</p>
        )}
      </div>
      <button type="button" class="button round" onClick={onDetails} aria-label={t('details.open')}>
        <Icon name="edit" />
      </button>
      <Watch started={started} title={protocol_title} />
      <CaptureStatus visit={visit} />
      <button
        type="button"
        class="button round"
        aria-pressed={is_dimmed.value}
        aria-label={t('capture.dim')}
        onClick={toggleDimmed}
      >
        <Icon name={is_dimmed.value ? 'sun' : 'moon'} />
      </button>
      <button type="button" class="button" onClick={onFinish}>
        {t('capture.finish')}
      </button>
    </header>
  );
}

function Watch({ started, title }: { started: Entry | undefined; title: string }) {
  useTick(500);
  return (
    <div class="capture-watch">
      <span class="num" role="timer" aria-label={t('capture.elapsed')}>
        {sinceStart(elapsedNow(started))}
      </span>
      <small>{title}</small>
    </div>
  );
}

function CaptureStatus({ visit }: { visit: Visit }) {
  const { on_tablet, oldest_at, sent, set_aside } = countMarks(visit.entries.value);
  const [worst] = useTroubles(set_aside);
  return (
    <p class="capture-status num">
      <span>
        {on_tablet > 0 ? <OnTablet n={on_tablet} oldest_at={oldest_at} /> : t('status.all_sent')}
      </span>
      <span class="soft">
        {sent > 0 && `${t('status.sent', { n: sent })} · `}
        {worst ? <TroubleLink trouble={worst} /> : <NetworkLink />}
      </span>
    </p>
  );
}
