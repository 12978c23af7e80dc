import '@fontsource-variable/atkinson-hyperlegible-next';
import './tokens.css';
import './base.css';
import '../home/home.css';
import '../capture/capture.css';
import '../review/review.css';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CaptureScreen } from '../capture/capture_screen.tsx';
import { StartScreen } from '../home/start/start_screen.tsx';
import { TodayScreen } from '../home/today_screen.tsx';
import { WaitingScreen } from '../home/waiting_screen.tsx';
import { ReviewScreen } from '../review/review_screen.tsx';
import { openSession } from '../sync/sync.ts';
import { Announcer } from './announcer.tsx';
import { type Device, DeviceContext, openDevice } from './device.ts';
import { t } from './messages/messages.ts';
import { followHash, route } from './routes.ts';
import { SignInScreen, StorageFailedScreen } from './sign_in_screen.tsx';

export function mountApp(root: HTMLElement): void {
  followHash();
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
          <Screen />
          <Announcer />
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

async function open(): Promise<Opening> {
  try {
    const { session } = await openSession();
    if (!session) return { state: 'nobody' };
    return { state: 'open', device: await openDevice(session) };
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
  switch (here.screen) {
    case 'start':
      return <StartScreen key={here.teacher_id ?? ''} teacher_id={here.teacher_id} />;
    case 'capture':
      return <CaptureScreen key={here.observation_id} observation_id={here.observation_id} />;
    case 'review':
      return <ReviewScreen key={here.observation_id} observation_id={here.observation_id} />;
    case 'waiting':
      return <WaitingScreen />;
    default:
      return <TodayScreen />;
  }
}
