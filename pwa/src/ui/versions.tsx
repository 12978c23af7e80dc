import type { ComponentChildren } from 'preact';
import type { Conflict } from '../observation/view.ts';
import { chooseVersion, versionsOf } from '../visits/conflict_choices.ts';
import { useDevice } from '../visits/device_context.ts';
import type { ShownEntry } from '../visits/mark_state.ts';
import type { Visit } from '../visits/visit.ts';
import { MarkSign } from './mark_sign.tsx';
import { t } from './messages/messages.ts';
import { clockTime, nearDay } from './times.ts';
import { versionText } from './version_text.ts';
import { nameOf } from './visit_names.ts';

interface Props {
  visit: Visit;
  conflict: Conflict;
  onChosen?: () => void;
}

/** Both values, with who said them where and when; one tap keeps one of them for good. */
export function Versions({ visit, conflict, onChosen }: Props) {
  const versions = versionsOf([conflict], visit.entries.value);
  return (
    <ul class="list versions">
      {versions.map((shown) => (
        <Version
          key={shown.entry.entry_id}
          shown={shown}
          onKeep={() => {
            visit.record(chooseVersion(conflict, shown.entry));
            onChosen?.();
          }}
        >
          {versionText(shown.entry, conflict, visit)}
        </Version>
      ))}
    </ul>
  );
}

interface VersionProps {
  shown: ShownEntry;
  /** null: cannot be kept as it is. */
  onKeep: (() => void) | null;
  children: ComponentChildren;
}

export function Version({ shown, onKeep, children }: VersionProps) {
  return (
    <li class="row">
      <span>
        <b>{children}</b>
        <span class="soft row-line">
          <Whence shown={shown} /> <MarkSign state={shown.state} />
        </span>
      </span>
      {onKeep && (
        <button type="button" class="button" onClick={onKeep}>
          {t('conflict.keep')}
        </button>
      )}
    </li>
  );
}

/** "You, on another tablet, today, 9:04" */
function Whence({ shown: { entry, is_own } }: { shown: ShownEntry }) {
  const { directory, session } = useDevice();
  const is_hers = entry.author_id === session.person_id;
  const who = is_hers ? t('conflict.you') : nameOf(directory.value, entry.author_id);
  const where = t(is_own ? 'conflict.here' : 'conflict.elsewhere');
  const when = { day: nearDay(entry.entered_at), time: clockTime(entry.entered_at) };
  return <>{t('conflict.whence', { who, where, ...when })}</>;
}
