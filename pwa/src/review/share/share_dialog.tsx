import { useEffect, useState } from 'preact/hooks';
import { readClock } from '../../entry/clock.ts';
import type { SyncStatus } from '../../sync/status.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { type MessageKey, t } from '../../ui/messages/messages.ts';
import { UnsavedBanner } from '../../ui/unsaved_banner.tsx';
import { useSaving } from '../../ui/use_saving.ts';
import { visitNames } from '../../ui/visit_names.ts';
import { useDevice } from '../../visits/device_context.ts';
import type { Visit } from '../../visits/visit.ts';
import type { Composer } from '../composer/composer_state.ts';
import { FindingText } from '../composer/findings.tsx';
import {
  cleanDraft,
  has_too_long_text,
  LINES_MAX,
  liveDraft,
  nextVersion,
} from '../composer_rules.ts';
import { TooManyLines } from '../timeline/too_many_lines.tsx';
import { type Finding, findWording } from '../wording/wording.ts';
import { OpenVersions } from './open_versions.tsx';
import { Preview } from './preview.tsx';
import { sharedPayload } from './shared_payload.ts';

interface Props {
  visit: Visit;
  composer: Composer;
  is_preview: boolean;
  onSettle: () => void;
  onClose: () => void;
}

/** What the teacher will read, what stands in the way, and the one button that hands it over. */
export function ShareDialog({ visit, composer, is_preview, onSettle, onClose }: Props) {
  const { directory } = useDevice();
  const view = visit.view.value;
  const draft = cleanDraft(composer.draft.value, view.timeline);
  const { teacher } = visitNames(view.context, directory.value);
  const names = directory.value.people.map((person) => person.display_name);
  const findings = findWording(draft, view.context?.channel ?? 'coaching', names);
  const errors = findings.filter((one) => one.severity === 'error');
  const warnings = findings.filter((one) => one.severity === 'warning');
  const is_too_long = has_too_long_text(draft);
  const n_picked = liveDraft(composer.draft.value, view.timeline).evidence.length;
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
      <OpenVersions view={view} onSettle={onSettle} />
      {is_too_long && (
        <p class="notice" role="alert">
          {t('share.too_long')}
        </p>
      )}
      {n_picked > LINES_MAX && <TooManyLines n={n_picked} />}
      <Preview draft={draft} view={view} protocol={visit.protocol.value} />
      {!is_preview && (
        <ShareFoot
          visit={visit}
          composer={composer}
          has_errors={errors.length > 0 || is_too_long}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

interface FootProps {
  visit: Visit;
  composer: Composer;
  has_errors: boolean;
  onClose: () => void;
}

function ShareFoot({ visit, composer, has_errors, onClose }: FootProps) {
  const { directory, sync } = useDevice();
  const saving = useSaving();
  // Of this sharing: while it is being saved the visit itself counts one more already.
  const [version] = useState(() => nextVersion(visit.view.peek()));
  const { teacher, visible_to, protocol_title } = visitNames(
    visit.view.value.context,
    directory.value,
  );
  const title = visit.protocol.value?.title ?? protocol_title;
  const n_unsaved = visit.unsaved.value.length;
  const is_failed = saving.state === 'failed';
  useEffect(() => {
    // What failed at first was saved by trying again.
    if (saving.state === 'saved' || (is_failed && n_unsaved === 0)) onClose();
  }, [saving.state, is_failed, n_unsaved]);
  return (
    <div class="share-foot">
      {is_failed && (
        <p class="notice" role="alert">
          {t('unsaved.share')}
        </p>
      )}
      <UnsavedBanner visit={visit} />
      <p>
        {visible_to}. {t(whenKey(n_unsaved > 0, sync.status.value))}
      </p>
      <button
        type="button"
        class="button primary big"
        disabled={has_errors || saving.is_busy || n_unsaved > 0}
        onClick={() => saving.run(() => share(visit, composer, title))}
      >
        {version > 1 ? t('share.again', { version }) : t('share.with', { teacher })}
      </button>
    </div>
  );
}

function whenKey(is_unsaved: boolean, { network }: SyncStatus): MessageKey {
  if (is_unsaved) return 'share.not_yet';
  return network === 'offline' ? 'share.goes_later' : 'share.goes_now';
}

function share(visit: Visit, composer: Composer, title: string): Promise<boolean> {
  const entries = visit.entries.peek().map((one) => one.entry);
  const draft = composer.draft.peek();
  const payload = sharedPayload(draft, visit.view.peek(), entries, title, readClock());
  return visit.record({ kind: 'feedback.shared', payload }).saved;
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
