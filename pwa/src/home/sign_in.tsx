import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { signIn } from '../sync/sign_in.ts';
import { asks_sign_in } from '../sync/status.ts';
import { Dialog } from '../ui/dialog.tsx';
import { t } from '../ui/messages/messages.ts';
import { useDevice } from '../visits/device_context.ts';

const is_asking = signal(false);

/** Where news needs a sign-in: on the server's page, or in the app where leaving it would lock it. */
export function SignInButton({ next }: { next: string }) {
  const { sync, privacy } = useDevice();
  const status = sync.status.value;
  if (!asks_sign_in(status)) return null;
  if (!privacy.has_pin.value && status.network === 'sign-in') {
    return (
      <a class="button" href={`/sign-in?next=${next}`}>
        {t('sign_in.link')}
      </a>
    );
  }
  const ask = () => {
    is_asking.value = true;
  };
  return (
    <button type="button" class="button" onClick={ask}>
      {t('sign_in.link')}
    </button>
  );
}

/** Beside the screens: what is typed stays while the status changes under it. */
export function SignInDialog() {
  return is_asking.value ? <Asking /> : null;
}

function Asking() {
  const { session, sync } = useDevice();
  const [fault, setFault] = useState<'wrong' | 'failed' | null>(null);
  const [is_busy, setBusy] = useState(false);
  const [said, setSaid] = useState({ email: '', password: '' });
  const close = () => {
    is_asking.value = false;
  };
  const send = async (event: Event) => {
    event.preventDefault();
    if (is_busy) return;
    setBusy(true);
    const came = await signIn(session.person_id, said).catch((): 'failed' => 'failed');
    setBusy(false);
    sync.nudge();
    if (came === 'signed_in') close();
    else setFault(came);
  };
  return (
    <Dialog title={t('sign_in.title', { name: session.display_name })} onClose={close}>
      <form onSubmit={send}>
        <label class="field">
          <span>{t('sign_in.email')}</span>
          <input
            type="email"
            autocomplete="username"
            value={said.email}
            onInput={({ currentTarget }) => setSaid({ ...said, email: currentTarget.value })}
          />
        </label>
        <label class="field">
          <span>{t('sign_in.password')}</span>
          <input
            type="password"
            autocomplete="current-password"
            value={said.password}
            onInput={({ currentTarget }) => setSaid({ ...said, password: currentTarget.value })}
          />
        </label>
        {fault && (
          <p class="notice" role="alert">
            {t(fault === 'wrong' ? 'sign_in.wrong' : 'sign_in.failed')}
          </p>
        )}
        <div class="dialog-foot">
          <button type="button" class="button" onClick={close}>
            {t('action.cancel')}
          </button>
          <button type="submit" class="button primary" disabled={is_busy}>
            {t('sign_in.link')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
