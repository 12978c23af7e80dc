import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { leaveServer } from '../../sync/sign_out.ts';
import { t } from '../../ui/messages/messages.ts';
import { links, route } from '../../ui/routes.ts';
import { useTick } from '../../ui/ticks.ts';
import type { Device } from '../../visits/device.ts';
import { useDevice } from '../../visits/device_context.ts';
import { is_leaving } from '../../visits/leaving.ts';
import { asks_who } from '../../visits/workers.ts';
import { waitingOf } from '../leave/waiting_line.tsx';
import { EndedScreen } from './ended_screen.tsx';
import { PinScreen } from './pin_screen.tsx';

/** Nothing of what is on this tablet is drawn while its vault is shut. */
export function LockGate({ children }: { children: ComponentChildren }) {
  const device = useDevice();
  const { privacy } = device;
  const is_capturing = route.value.screen === 'capture';
  useEffect(() => privacy.moved(is_capturing), [privacy, is_capturing]);
  const state = privacy.state.value;
  if (is_leaving.value) return <main class="quiet-screen">{t('app.opening')}</main>;
  if (state === 'locked') return <Locked device={device} />;
  if (state === 'ended') return <Ended device={device} why="wrong_pin" onBack={null} />;
  return <>{children}</>;
}

function Locked({ device }: { device: Device }) {
  const { session, sync, privacy } = device;
  const [is_forgotten, setForgotten] = useState(false);
  const now_ms = useTick(15_000);
  if (is_forgotten)
    return <Ended device={device} why="forgotten" onBack={() => setForgotten(false)} />;
  return (
    <PinScreen
      name={session.display_name}
      tries_left={privacy.tries_left.value}
      waiting={waitingOf(sync.status.value, now_ms)}
      onUnlock={privacy.unlock}
      onOthers={() => {
        asks_who.value = true;
      }}
      onForgotten={() => setForgotten(true)}
    />
  );
}

interface EndedProps {
  device: Device;
  why: 'wrong_pin' | 'forgotten';
  onBack: (() => void) | null;
}

function Ended({ device, why, onBack }: EndedProps) {
  const { session, sync, privacy } = device;
  const now_ms = useTick(15_000);
  const end = async () => {
    if (privacy.state.peek() !== 'ended') await privacy.giveUp();
  };
  // Without a network the next contact ends her session, before anything is fetched.
  const signIn = async () => {
    await end();
    if (await leaveServer(session.person_id).catch(() => false)) await privacy.noteSessionEnded();
    location.assign('/sign-in?next=/app/');
  };
  const begin = async () => {
    await end();
    location.hash = links.today;
    location.reload();
  };
  return (
    <EndedScreen
      why={why}
      waiting={waitingOf(sync.status.value, now_ms)}
      onBack={onBack}
      onSignIn={() => void signIn().catch(console.error)}
      onBegin={() => void begin().catch(console.error)}
    />
  );
}
