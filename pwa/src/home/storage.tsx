import { useEffect } from 'preact/hooks';
import { t } from '../ui/messages/messages.ts';
import { useDevice } from '../visits/device_context.ts';
import { useInstall } from './install.ts';

/** Whether the browser promised to keep what is here, and how to make that promise likelier. */
export function Storage() {
  const { keeping } = useDevice();
  const { is_installed, install } = useInstall();
  useEffect(() => void keeping.look().catch(console.error), [keeping]);
  const room = keeping.room.value;
  if (!room) return null;
  return (
    <section class="storage soft">
      <p>
        {t(room.is_persisted ? 'storage.kept' : 'storage.not_kept')} {spaceText(room.free_bytes)}
      </p>
      {is_installed && <p>{t('storage.installed')}</p>}
      {!is_installed && (
        <p class="storage-install">
          <span>{t('storage.install_hint')}</span>
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

function spaceText(free_bytes: number | null): string {
  if (free_bytes === null) return '';
  const free_mb = Math.floor(free_bytes / 1_000_000);
  if (free_mb < 1000) return t('storage.room_mb', { n: free_mb });
  return t('storage.room_gb', { n: Math.floor(free_mb / 1000) });
}
