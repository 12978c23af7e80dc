import { useEffect, useState } from 'preact/hooks';
import { APP_VERSION } from '../entry/version.ts';
import { Dialog } from '../ui/dialog.tsx';
import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { useDevice } from '../visits/device_context.ts';
import { PinSection } from './lock/pin_section.tsx';

export function AccountMenu() {
  const { session } = useDevice();
  const [is_open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        {t('account.open')}
      </button>
      {is_open && (
        <Dialog title={session.display_name} onClose={() => setOpen(false)}>
          <p class="soft">{session.tenant_name}</p>
          <div class="account-menu">
            <Pin />
            <a class="button" href={links.leave}>
              {t('leave.title')}
            </a>
          </div>
          <p class="soft">{t('account.version', { version: APP_VERSION })}</p>
        </Dialog>
      )}
    </>
  );
}

function Pin() {
  const { log, privacy } = useDevice();
  const [can_have_pin, setCanHavePin] = useState(false);
  useEffect(() => {
    void log.vault.sealedKey().then((key) => setCanHavePin(key !== null), console.error);
  }, [log]);
  if (privacy.state.value === 'unencrypted') return null;
  return (
    <PinSection
      has_pin={privacy.has_pin.value}
      can_have_pin={can_have_pin}
      onSet={(pin) => log.vault.setPin(pin)}
      onRemove={() => void log.vault.removePin().catch(console.error)}
      onLock={() => privacy.lockNow()}
    />
  );
}
