import { useEffect, useState } from 'preact/hooks';
import { keepSpace, type Space } from '../log/space.ts';
import { t } from '../ui/messages/messages.ts';
import { useInstall } from './install.ts';

/** Whether the browser promised to keep what is here, and how to make that promise likelier. */
export function Storage() {
  const [space, setSpace] = useState<Space | null>(null);
  const { is_installed, install } = useInstall();
  useEffect(() => {
    void keepSpace().then(setSpace, console.error);
  }, []);
  if (!space) return null;
  return (
    <section class="storage soft">
      <p>
        {t(space.is_persisted ? 'storage.kept' : 'storage.not_kept')} {spaceText(space)}
      </p>
      {!is_installed && (
        <p>
          {t('storage.install_hint')}{' '}
          {install && (
            <button type="button" class="link-button" onClick={install}>
              {t('storage.install')}
            </button>
          )}
        </p>
      )}
    </section>
  );
}

function spaceText({ used_bytes, quota_bytes }: Space): string {
  if (used_bytes === null || quota_bytes === null) return '';
  const free_mb = Math.floor((quota_bytes - used_bytes) / 1_000_000);
  if (free_mb < 1000) return t('storage.room_mb', { n: free_mb });
  return t('storage.room_gb', { n: Math.floor(free_mb / 1000) });
}
