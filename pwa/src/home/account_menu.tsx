import { useState } from 'preact/hooks';
import { APP_VERSION } from '../entry/version.ts';
import { signOut } from '../sync/sync.ts';
import { useDevice } from '../ui/device.ts';
import { Dialog } from '../ui/dialog.tsx';
import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';

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
          <SignOut />
          <p class="soft">{t('account.version', { version: APP_VERSION })}</p>
        </Dialog>
      )}
    </>
  );
}

/** Refuses while a tap is on this tablet only. */
function SignOut() {
  const { sync, session } = useDevice();
  const [has_failed, setFailed] = useState(false);
  const { on_tablet } = sync.status.value;
  if (on_tablet > 0) {
    return (
      <div class="notice">
        <p>{t('account.not_yet', { n: on_tablet })}</p>
        <a class="button" href={links.waiting}>
          {t('sync.what_is_waiting')}
        </a>
      </div>
    );
  }
  const leave = async () => {
    if (await signOut(session)) location.assign('/sign-in');
    else setFailed(true);
  };
  return (
    <>
      {has_failed && <p class="notice">{t('account.needs_network')}</p>}
      <button type="button" class="button" onClick={leave}>
        {t('account.sign_out')}
      </button>
    </>
  );
}
