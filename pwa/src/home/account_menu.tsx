import { useState } from 'preact/hooks';
import { APP_VERSION } from '../entry/version.ts';
import { signOut } from '../sync/session.ts';
import { Dialog } from '../ui/dialog.tsx';
import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';
import { useDevice } from '../visits/device.ts';
import { forgetHalfLines } from '../visits/half_line.ts';
import { has_unsaved } from '../visits/writing.ts';

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
  const { sync, session, writing } = useDevice();
  const [has_failed, setFailed] = useState(false);
  const [is_leaving, setLeaving] = useState(false);
  const { on_tablet, photos_waiting, counted } = sync.status.value;
  if (counted !== 'counted') return <p class="notice">{t('account.not_counted')}</p>;
  if (on_tablet + photos_waiting > 0) {
    return (
      <div class="notice">
        {on_tablet > 0 && <p>{t('account.not_yet', { n: on_tablet })}</p>}
        {photos_waiting > 0 && <p>{t('account.photos_not_yet', { n: photos_waiting })}</p>}
        <a class="button" href={links.waiting}>
          {t('sync.what_is_waiting')}
        </a>
      </div>
    );
  }
  if (has_unsaved(writing)) return <p class="notice">{t('account.not_saved')}</p>;
  const leave = async () => {
    setLeaving(true);
    const has_left = await signOut(session).catch(() => false);
    if (has_left) {
      forgetHalfLines();
      location.assign('/sign-in');
    }
    setFailed(!has_left);
    setLeaving(has_left);
  };
  return (
    <>
      {has_failed && (
        <p class="notice" role="alert">
          {t('account.needs_network')}
        </p>
      )}
      <button type="button" class="button" disabled={is_leaving} onClick={leave}>
        {t('account.sign_out')}
      </button>
    </>
  );
}
