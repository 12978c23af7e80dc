import '@fontsource-variable/atkinson-hyperlegible-next';
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import './ui/dialog.css';
import './ui/mark_sign.css';
import './home/home.css';
import './home/waiting/waiting.css';
import './home/lock/lock.css';
import './capture/capture.css';
import './capture/item.css';
import './capture/check/check.css';
import './capture/script/script.css';
import './capture/sweep/sweep.css';
import './capture/tally/tally.css';
import './capture/photo/photo.css';
import './review/review.css';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CaptureScreen } from './capture/capture_screen.tsx';
import { LeaveScreen } from './home/leave/leave_screen.tsx';
import { WhoIsHere } from './home/leave/who_is_here.tsx';
import { LockGate } from './home/lock/lock_gate.tsx';
import { SignInDialog } from './home/sign_in.tsx';
import { StartScreen } from './home/start/start_screen.tsx';
import { TodayScreen } from './home/today_screen.tsx';
import { WaitingScreen } from './home/waiting/waiting_screen.tsx';
import { ReviewScreen } from './review/review_screen.tsx';
import { openSession } from './sync/open_session.ts';
import { Announcer } from './ui/announcer.tsx';
import { t } from './ui/messages/messages.ts';
import { followHash, type Route, route } from './ui/routes.ts';
import { ScreenBoundary } from './ui/screen_boundary.tsx';
import { SignInScreen, StorageFailedScreen } from './ui/sign_in_screen.tsx';
import { TroubleBanner } from './ui/trouble_banner.tsx';
import { keepTypingOutOfFiles } from './ui/typing.ts';
import { UnsavedElsewhere } from './ui/unsaved_banner.tsx';
import { useRescue } from './ui/use_rescue.ts';
import { type Device, openDevice } from './visits/device.ts';
import { DeviceContext } from './visits/device_context.ts';
import { adoptOldHalfLines } from './visits/half_line.ts';
import { deliverForOthers } from './visits/others.ts';
import { asks_who } from './visits/workers.ts';

export function mountApp(root: HTMLElement): void {
  followHash();
  keepTypingOutOfFiles();
  render(<App />, root);
}

type Opening =
  | { state: 'opening' }
  | { state: 'nobody' }
  | { state: 'failed' }
  | { state: 'open'; device: Device };

function App() {
  const [opening, setOpening] = useState<Opening>({ state: 'opening' });
  useEffect(() => {
    void open().then(setOpening);
  }, []);
  switch (opening.state) {
    case 'open':
      return (
        <DeviceContext.Provider value={opening.device}>
          {asks_who.value ? <WhoIsHere /> : <Open />}
        </DeviceContext.Provider>
      );
    case 'nobody':
      return <SignInScreen />;
    case 'failed':
      return <StorageFailedScreen />;
    default:
      return <main class="quiet-screen">{t('app.opening')}</main>;
  }
}

function Open() {
  return (
    <LockGate>
      <UnsavedElsewhere />
      <TroubleBanner />
      <Screen />
      <SignInDialog />
      <Announcer />
    </LockGate>
  );
}

async function open(): Promise<Opening> {
  try {
    const { session } = await openSession();
    const device = session && (await openDevice(session));
    // After a new profile has begun where that was needed: the one before is another's then.
    deliverForOthers(device).catch(console.error);
    if (!device) return { state: 'nobody' };
    adoptOldHalfLines(device.log).catch(console.error);
    return { state: 'open', device };
  } catch (error) {
    console.error(error);
    return { state: 'failed' };
  }
}

function Screen() {
  const here = route.value;
  useEffect(() => {
    document.getElementById('screen-title')?.focus({ preventScroll: true });
  }, [here]);
  return <ScreenBoundary key={JSON.stringify(here)}>{screenOf(here)}</ScreenBoundary>;
}

function screenOf(here: Route) {
  switch (here.screen) {
    case 'start':
      return <StartScreen key={here.teacher_id ?? ''} teacher_id={here.teacher_id} />;
    case 'capture':
      return <CaptureScreen key={here.observation_id} observation_id={here.observation_id} />;
    case 'review':
      return <ReviewScreen key={here.observation_id} observation_id={here.observation_id} />;
    case 'waiting':
      return <Waiting />;
    case 'leave':
      return <LeaveScreen />;
    default:
      return <TodayScreen />;
  }
}

function Waiting() {
  return <WaitingScreen rescue={useRescue() ?? null} />;
}
