import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { type MayRead, mayRead } from '../log/lease.ts';
import type { DeviceLog } from '../log/log.ts';
import { readMeta, writeMeta } from '../log/meta.ts';
import { tabletKey } from '../log/tablet.ts';
import { holdPages } from '../sync/hold_pages.ts';
import { hearTouches } from '../sync/page_touch.ts';
import type { SyncHandle } from '../sync/sync.ts';
import type { DeviceKey } from '../vault/device_key.ts';
import { type IdleLock, watchIdle } from '../vault/idle_lock.ts';
import type { VaultState } from '../vault/vault.ts';
import { forgetSummaries } from './summaries.ts';
import type { Writing } from './writing.ts';

/** What keeps others from reading what is on this tablet, as the screens see it. */
export interface Privacy {
  readonly state: ReadonlySignal<VaultState>;
  readonly has_pin: ReadonlySignal<boolean>;
  readonly tries_left: ReadonlySignal<number>;
  /** Whether what came from the server may be shown. */
  readonly reading: ReadonlySignal<MayRead>;
  readonly encryption: DeviceKey['kind'];
  unlock(pin: string): Promise<'open' | 'wrong' | 'ended'>;
  /** Nobody knows the PIN: nothing here opens this profile any more. False: it cannot be done yet. */
  giveUp(): Promise<boolean>;
  /** Her session is over: whatever opens this tablet as hers from now on had the password. */
  noteSessionEnded(): Promise<void>;
  /**
   * Also shuts the pages of the server in this browser, until it is unlocked, as every lock does. False: there is no
   * PIN any more, or a mark is still on its way to the disk.
   */
  lockNow(): Promise<boolean>;
  /** Where there is no PIN, and her session could not be ended now. */
  shutPages(): void;
  /** The screen was changed; not in the middle of a visit. */
  moved(is_capturing: boolean): void;
  /** Signing out: the other tabs of this account look, too. */
  endReading(): Promise<boolean>;
  close(): void;
}

const LOOK_EVERY_MS = 60_000;

export async function openPrivacy(
  log: DeviceLog,
  sync: SyncHandle,
  writing: Pick<Writing, 'pending'>,
): Promise<Privacy> {
  const { vault } = log;
  const state = signal(vault.state);
  const has_pin = signal(vault.has_pin);
  const tries_left = signal(vault.tries_left);
  const reading = signal<MayRead>(await log.perform(mayRead()));
  let is_capturing = false;

  let locking = Promise.resolve(false);
  const lock = () => {
    locking = vault.lock().catch((cause) => {
      console.error(cause);
      return false;
    });
  };
  const channel = openChannel(log.profile);
  const idle = watchWhileThereIsAPage({
    now: Date.now,
    // A mark that is on no disk must stay in sight.
    is_capturing: () => is_capturing || writing.pending.peek().length > 0,
    lock,
    channel,
  });

  const look = () => {
    const was = state.peek();
    state.value = vault.state;
    has_pin.value = vault.has_pin;
    tries_left.value = vault.tries_left;
    if (vault.state === was) return;
    // Also when it opens: what was being read while it shut was read as nothing.
    forgetSummaries();
    if (vault.state === 'open') sync.nudge();
    if (vault.state === 'open' && was === 'locked') pages.hold('open');
    if (vault.state === 'locked' && was === 'open') pages.hold('shut');
  };
  const pages = holdingPages(log);
  const lookAtReading = () =>
    log.perform(mayRead()).then((found) => {
      reading.value = found;
    }, console.error);
  const stops = [
    vault.subscribe(look),
    hearTouches(log.person_id, () => idle?.touched()),
    sync.status.subscribe(({ is_sending }) => void (is_sending || lookAtReading())),
    effect(() => void (sync.status.value.network === 'online' && pages.tryAgain())),
  ];
  const timer = setInterval(lookAtReading, LOOK_EVERY_MS);

  return {
    state,
    has_pin,
    tries_left,
    reading,
    encryption: (await tabletKey()).kind,
    async unlock(pin) {
      // Before it is tried: what follows a fifth wrong one must not depend on this page.
      await log.perform(writeMeta('password_first', true));
      const said = await vault.unlock(pin);
      if (said === 'open') await log.perform(writeMeta('password_first', false));
      return said;
    },
    async giveUp() {
      await log.perform(writeMeta('password_first', true));
      return vault.forgetReading();
    },
    noteSessionEnded: () => log.perform(writeMeta('password_first', false)),
    async lockNow() {
      locking = Promise.resolve(false);
      if (idle) idle.lockNow();
      else lock();
      return (await locking) || vault.state === 'locked';
    },
    shutPages: () => pages.hold('shut'),
    moved(capturing) {
      is_capturing = capturing;
      idle?.moved();
    },
    async endReading() {
      const has_ended = await vault.forgetReading();
      channel?.postMessage('lock');
      return has_ended;
    },
    close() {
      for (const stop of stops) stop();
      clearInterval(timer);
      idle?.stop();
      channel?.close();
    },
  };
}

function watchWhileThereIsAPage(
  ports: Omit<Parameters<typeof watchIdle>[0], 'page'>,
): IdleLock | null {
  return typeof document === 'undefined' ? null : watchIdle({ ...ports, page: document });
}

/** Where the server cannot be asked now, it is as soon as it can, also by another tab or when the app is opened next. */
function holdingPages({ perform, person_id }: DeviceLog) {
  type Wish = 'shut' | 'open' | null;
  const read = () => perform(readMeta<Wish>('pages_wanted'));
  let is_asking = false;
  let asks_again = false;
  const ask = async () => {
    for (let what = await read(); what; ) {
      if (!(await holdPages(person_id, what))) return;
      const wanted = await read();
      if (wanted === what) await perform(writeMeta('pages_wanted', null));
      what = wanted === what ? null : wanted;
    }
  };
  const tryAgain = () => {
    asks_again = is_asking;
    if (is_asking) return;
    is_asking = true;
    ask()
      .catch(console.error)
      .finally(() => {
        is_asking = false;
        if (asks_again) tryAgain();
      });
  };
  return {
    tryAgain,
    hold(what: 'shut' | 'open') {
      perform(writeMeta('pages_wanted', what)).then(tryAgain, console.error);
    },
  };
}

function openChannel(profile: string): BroadcastChannel | null {
  return typeof BroadcastChannel === 'function' ? new BroadcastChannel(`${profile} lock`) : null;
}
