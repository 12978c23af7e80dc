import { useState } from 'preact/hooks';
import { readClock } from '../../entry/clock.ts';
import { useDevice } from '../../ui/device.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { t } from '../../ui/messages/messages.ts';
import type { Visit } from '../../ui/visit.ts';
import { visitNames } from '../../ui/visit_names.ts';
import type { Composer } from '../composer/composer_state.ts';
import { FindingText } from '../composer/findings.tsx';
import { cleanDraft, nextVersion } from '../composer_rules.ts';
import { type Finding, findWording } from '../wording/wording.ts';
import { Preview } from './preview.tsx';
import { sharedPayload } from './shared_payload.ts';

interface Props {
  visit: Visit;
  composer: Composer;
  is_preview: boolean;
  onClose: () => void;
}

/** What the teacher will read, what stands in the way, and the one button that hands it over. */
export function ShareDialog({ visit, composer, is_preview, onClose }: Props) {
  const { directory, sync } = useDevice();
  const [has_failed, setFailed] = useState(false);
  const view = visit.view.value;
  const draft = cleanDraft(composer.draft.value, view.timeline);
  const { teacher, visible_to, protocol_title } = visitNames(view.context, directory.value);
  const names = directory.value.people.map((person) => person.display_name);
  const findings = findWording(draft, view.context?.channel ?? 'coaching', names);
  const errors = findings.filter((one) => one.severity === 'error');
  const warnings = findings.filter((one) => one.severity === 'warning');
  const version = nextVersion(view);
  const share = async () => {
    const entries = visit.entries.value.map((one) => one.entry);
    const title = visit.protocol.value?.title ?? protocol_title;
    const payload = sharedPayload(composer.draft.value, view, entries, title, readClock());
    if (await visit.record({ kind: 'feedback.shared', payload }).saved) onClose();
    else setFailed(true);
  };
  return (
    <Dialog
      title={t(is_preview ? 'share.preview_title' : 'share.title', { teacher })}
      is_wide
      onClose={onClose}
    >
      {!is_preview && (
        <>
          <FindingList title={t('share.errors', { n: errors.length })} findings={errors} />
          <FindingList title={t('share.warnings', { n: warnings.length })} findings={warnings} />
        </>
      )}
      <Preview draft={draft} view={view} protocol={visit.protocol.value} />
      {!is_preview && (
        <div class="share-foot">
          {has_failed && (
            <p class="notice" role="alert">
              {t('unsaved.share')}
            </p>
          )}
          <p>
            {visible_to}.{' '}
            {t(sync.status.value.network === 'offline' ? 'share.goes_later' : 'share.goes_now')}
          </p>
          <button
            type="button"
            class="button primary big"
            disabled={errors.length > 0}
            onClick={share}
          >
            {version > 1 ? t('share.again', { version }) : t('share.with', { teacher })}
          </button>
        </div>
      )}
    </Dialog>
  );
}

function FindingList({ title, findings }: { title: string; findings: Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <div class="notice">
      <h3>{title}</h3>
      <ul>
        {findings.map((finding, at) => (
          <li key={at}>
            <FindingText finding={finding} />
          </li>
        ))}
      </ul>
    </div>
  );
}
