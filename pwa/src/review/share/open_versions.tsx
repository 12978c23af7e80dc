import type { ObservationView } from '../../observation/view.ts';
import { t } from '../../ui/messages/messages.ts';

interface Props {
  view: Pick<ObservationView, 'conflicts'>;
  /** Back to where she keeps one of them. */
  onSettle: () => void;
}

/** Two versions of something stand against each other still. It hinders nothing, but she should know. */
export function OpenVersions({ view, onSettle }: Props) {
  const n = view.conflicts.length;
  if (n === 0) return null;
  return (
    <div class="notice">
      <p>{t('share.open_versions', { n })}</p>
      <button type="button" class="button" onClick={onSettle}>
        {t('share.settle')}
      </button>
    </div>
  );
}
