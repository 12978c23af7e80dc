import { type ReadonlySignal, signal } from '@preact/signals';
import { LogError } from '../log/error.ts';
import type { DeviceLog } from '../log/log.ts';
import { Interrupted, type Unanswered } from './answer.ts';
import { pullChanges } from './changes.ts';
import { beginConversation, type Conversation, is_unknown_stream } from './conversation.ts';
import { enrolStream } from './enrol.ts';
import { sayHello } from './hello.ts';
import { withLock } from './lock.ts';
import { listenToPage, startLoop, type Want } from './loop.ts';
import { browserPorts, type Ports } from './ports.ts';
import { pushEntries } from './push.ts';
import type { Session } from './session.ts';
import type { Network, SyncStatus } from './status.ts';

export interface SyncHandle {
  readonly status: ReadonlySignal<SyncStatus>;
  /** "Send now": tries at once, whatever the waiting time. */
  nudge(): void;
  stop(): void;
}

/** Within two seconds of a tap; "next tap" also ends a long wait. */
const AFTER_TAP_MS = 1_000;

export function startSync(
  log: DeviceLog,
  session: Session,
  ports: Ports = browserPorts,
): SyncHandle {
  const talk = beginConversation(log, session, ports);
  const status = signal<SyncStatus>(unknownStatus(session));
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

  const loop = startLoop(async (want) => {
    update({ is_sending: true });
    const { network, went_well } = await withLock(`noticing-sync-${log.person_id}`, () =>
      converse(talk, want),
    ).catch((cause) => explain(talk, cause));
    await recount();
    update({ ...contact(status.value, network), attention: talk.attention, is_sending: false });
    return went_well;
  });
  const stopListening = listenToPage(() => loop.plan('all', 0));
  const stopSubscription = log.subscribe((change) => {
    recount();
    if (change.what === 'appended') loop.plan('push', AFTER_TAP_MS);
  });
  recount();
  log.meta.get('last_contact_at').then(
    (at) => {
      if (status.value.last_contact_at === null)
        update({ last_contact_at: (at as string) ?? null });
    },
    () => undefined,
  );
  loop.plan('all', 0);
  return {
    status,
    nudge() {
      recount();
      loop.plan('all', 0);
    },
    stop() {
      loop.stop();
      stopListening();
      stopSubscription();
    },
  };
}

/** Steps 4 and 5 of the journey, in their order; each stands in a file of its own. */
async function converse(talk: Conversation, want: Want): Promise<Outcome> {
  // Who is signed in is only found out when fetching.
  if (want === 'all' || talk.attention?.code !== 'other-person') talk.attention = null;
  try {
    const is_enrolled = await enrolStream(talk);
    const is_in_step = is_enrolled && (await sayHello(talk)) && (await pushEntries(talk));
    if (want === 'all' || talk.has_changes_waiting || !is_in_step) await pullChanges(talk);
    await talk.log.meta.put('last_contact_at', now());
    const went_well = talk.attention === null && !talk.needs_sign_in;
    return { network: talk.needs_sign_in ? 'sign-in' : 'online', went_well };
  } catch (cause) {
    talk.limits = null;
    return explain(talk, cause);
  }
}

interface Outcome {
  /** null: what went wrong was on this tablet and tells nothing about the network. */
  readonly network: Network | null;
  /** False: try again after a growing pause. */
  readonly went_well: boolean;
}

function contact(known: SyncStatus, network: Network | null): Partial<SyncStatus> {
  if (network === null) return {};
  const last_contact_at = network === 'offline' ? known.last_contact_at : now();
  const since = network === known.network ? known.since : now();
  return { network, since, last_contact_at };
}

function explain(talk: Conversation, cause: unknown): Outcome {
  if (cause instanceof Interrupted) {
    return { network: explainAnswer(talk, cause.answer), went_well: false };
  }
  talk.attention = { code: cause instanceof LogError ? 'storage' : 'failed', text: null };
  talk.log.note('sync-failed', String(cause)).catch(() => undefined);
  return { network: null, went_well: false };
}

function explainAnswer(talk: Conversation, answer: Unanswered): Network {
  if (answer.outcome === 'sign-in') return 'sign-in';
  if (answer.outcome === 'retry' && !answer.is_ours) return 'offline';
  if (answer.outcome === 'retry') talk.attention = { code: 'server-trouble', text: null };
  else if (answer.outcome === 'smaller') talk.attention = { code: 'refused', text: null };
  // An unknown stream is enrolled in the next round: nothing that a person need know.
  else if (!is_unknown_stream(answer)) talk.attention = { code: 'refused', text: answer.text };
  return 'online';
}

function unknownStatus(session: Session): SyncStatus {
  return {
    on_tablet: 0,
    sent: 0,
    set_aside: 0,
    oldest_unsent_at: null,
    counted: 'not_yet',
    network: session.csrf_token === null ? 'offline' : 'online',
    since: now(),
    last_contact_at: null,
    is_sending: false,
    attention: null,
  };
}

function now(): string {
  return new Date().toISOString();
}
