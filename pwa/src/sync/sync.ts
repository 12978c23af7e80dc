import { type ReadonlySignal, signal } from '@preact/signals';
import type { DeviceLog } from '../log/log.ts';
import { readMeta, writeMeta } from '../log/meta.ts';
import type { Effect } from '../machine/effect.ts';
import { perform, performUntil } from '../machine/perform.ts';
import { beginConversation } from './conversation.ts';
import { keepInStep, type RoundTold } from './loop.ts';
import { openRescue, type RescuePort } from './rescue_port.ts';
import type { Session } from './session.ts';
import type { Network, SyncStatus } from './status.ts';
import { listenToPage } from './waking.ts';
import { browserPorts, type Ports, syncPort } from './world.ts';

export interface SyncHandle {
  readonly status: ReadonlySignal<SyncStatus>;
  /** "Send now": tries at once, whatever the waiting time. */
  nudge(): void;
  readonly rescue: RescuePort;
  stop(): void;
}

export function startSync(
  log: DeviceLog,
  session: Session,
  ports: Ports = browserPorts,
): SyncHandle {
  const status = signal<SyncStatus>(unknownStatus(session));
  let is_stopped = false;
  const update = (known: Partial<SyncStatus>) => {
    status.value = { ...status.value, ...known };
  };
  const recount = () =>
    log.counts().then(
      (counts) => update({ ...counts, counted: 'counted' }),
      (cause) => {
        console.error(cause);
        update({ counted: 'failed' });
      },
    );

  // After the mark was drawn, and once for all that came until then.
  let is_recounting = false;
  const recountSoon = () => {
    if (is_recounting) return;
    is_recounting = true;
    setTimeout(() => {
      is_recounting = false;
      if (!is_stopped) recount();
    }, 0);
  };

  const { port, waking } = syncPort(ports, log.port);
  const rescue = openRescue((script) => perform(script, port));
  rescue.look();
  const hear = async (told: RoundTold) => {
    if (told.is_sending) return update({ is_sending: true });
    await recount();
    rescue.look();
    const { network = null, attention = null } = told;
    const clock_behind_ms = told.clock_behind_ms ?? status.value.clock_behind_ms;
    await known_away;
    update({ ...contact(status.value, network), attention, clock_behind_ms, is_sending: false });
    noteAway();
  };

  // Without a network since when: it outlives this page.
  let away_since: string | null = null;
  const known_away = log.perform(readMeta<string | null>('offline_since')).then(
    (since) => {
      away_since = since ?? null;
      if (since && status.value.network === 'offline') update({ since });
    },
    () => undefined,
  );
  const noteAway = () => {
    const { network, since } = status.value;
    const now_away = network === 'offline' ? since : null;
    if (now_away === away_since) return;
    away_since = now_away;
    log.perform(writeMeta('offline_since', now_away)).catch(() => undefined);
  };
  const script = keepInStep(beginConversation(session, log.profile.slice('noticing-'.length)));
  const answer = (effect: Effect) => {
    if (effect.port === 'screens' && is_round(effect.tell)) return hear(effect.tell);
    // A tap goes first: what is read, written or sealed here would hold up its dot.
    const is_in_its_way = effect.port === 'store' || effect.port === 'platform';
    const tap = is_in_its_way ? log.underway() : null;
    return tap ? Promise.race([tap, pause(TAP_MS)]).then(() => port(effect)) : port(effect);
  };
  performUntil(script, answer, () => is_stopped).catch(console.error);

  const stopListening = listenToPage(waking.nudge);
  const stopSubscription = log.subscribe((change) => {
    recountSoon();
    if (change.what === 'appended') waking.tapped();
  });
  recount();
  log.perform(readMeta<string>('last_contact_at')).then(
    (at) => {
      if (status.value.last_contact_at === null) update({ last_contact_at: at ?? null });
    },
    () => undefined,
  );
  log.perform(readMeta<number>('clock_behind_ms')).then(
    (known) => update({ clock_behind_ms: status.value.clock_behind_ms ?? known ?? null }),
    () => undefined,
  );
  return {
    status,
    nudge() {
      recount();
      waking.nudge();
    },
    rescue,
    stop() {
      is_stopped = true;
      waking.nudge();
      stopListening();
      stopSubscription();
    },
  };
}

/** One that is not on the disk by now holds up nothing else. */
const TAP_MS = 1_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function is_round(tell: unknown): tell is RoundTold {
  return (tell as RoundTold).what === 'round';
}

function contact(known: SyncStatus, network: Network | null): Partial<SyncStatus> {
  if (network === null) return {};
  const last_contact_at = network === 'offline' ? known.last_contact_at : now();
  const since = network === known.network ? known.since : now();
  return { network, since, last_contact_at };
}

function unknownStatus(session: Session): SyncStatus {
  return {
    on_tablet: 0,
    sent: 0,
    set_aside: 0,
    oldest_unsent_at: null,
    photos_waiting: 0,
    photo_bytes_waiting: 0,
    counted: 'not_yet',
    network: session.csrf_token === null ? 'offline' : 'online',
    since: now(),
    last_contact_at: null,
    is_sending: false,
    attention: null,
    clock_behind_ms: null,
  };
}

function now(): string {
  return new Date().toISOString();
}
