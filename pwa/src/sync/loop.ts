import { adoptJournal } from '../log/append.ts';
import { countWaiting, streamsToDeliver } from '../log/deliver.ts';
import { LogError } from '../log/error.ts';
import { note, writeMeta } from '../log/meta.ts';
import { readMark } from '../log/read.ts';
import type { StreamRow } from '../log/stores.ts';
import { ensureLog } from '../log/streams.ts';
import {
  randomFraction,
  readClock,
  releaseLock,
  takeLock,
  tellScreens,
  wait,
} from '../machine/ask.ts';
import type { Moment, Script } from '../machine/effect.ts';
import { Interrupted, type Unanswered } from './answer.ts';
import { waitingTime } from './backoff.ts';
import { pullChanges } from './changes.ts';
import { type Conversation, is_unknown_stream } from './conversation.ts';
import { enrolStream } from './enrol.ts';
import { needsStream } from './first_need.ts';
import { sayHello } from './hello.ts';
import { sendPhotos } from './photos.ts';
import { pushEntries } from './push.ts';
import type { Network } from './status.ts';
import { Troubles } from './troubles.ts';
import { verifyWhenDue } from './verify.ts';

/** push: what is on this tablet only. all: also fetch what is new. */
export type Want = 'push' | 'all';

/** What the screens learn of each round. */
export interface RoundTold {
  readonly what: 'round';
  readonly is_sending: boolean;
  /** null: what went wrong was on this tablet and tells nothing about the network. */
  readonly network?: Network | null;
  readonly attention?: Conversation['attention'];
  readonly clock_behind_ms?: number | null;
}

/** Within two seconds of a tap; the next tap also ends a long wait. */
const AFTER_TAP_MS = 1_000;
const IDLE_MS = 5 * 60_000;
/** A tab that was frozen with the lock in its hand loses it after this. */
const PATIENCE_MS = 60_000;

/** When to talk: at once, after taps, when nudged, and in between at growing pauses. For ever. */
export function* keepInStep(
  talk: Conversation,
  round: (talk: Conversation, want: Want) => Script<boolean> = oneRound,
): Script<never> {
  let failures = 0;
  let want: Want = 'all';
  let fetched: Moment | null = null;
  for (;;) {
    const went_well = yield* round(talk, want);
    failures = went_well ? 0 : failures + 1;
    if (want === 'all') fetched = yield* readClock();
    const growing = waitingTime(failures, yield* randomFraction());
    const pause = went_well ? IDLE_MS : Math.max(growing, talk.not_before_ms);
    let woken = yield* wait(pause);
    want = 'all';
    if (woken !== 'tapped') continue;
    woken = yield* wait(AFTER_TAP_MS, false);
    if (woken !== 'nudged' && !(yield* is_long_ago(fetched))) want = 'push';
  }
}

function* is_long_ago(moment: Moment | null): Script<boolean> {
  const now = yield* readClock();
  if (!moment || now.clock_session_id !== moment.clock_session_id) return true;
  return now.elapsed_ms - moment.elapsed_ms >= IDLE_MS;
}

/** One talk with the server, by one tab at a time: it only saves work. True where all went well. */
export function* oneRound(talk: Conversation, want: Want): Script<boolean> {
  yield* tellScreens({ what: 'round', is_sending: true } satisfies RoundTold);
  let outcome: Outcome;
  try {
    const held = yield* takeLock(`noticing-sync-${talk.profile}`, PATIENCE_MS);
    try {
      outcome = yield* converse(talk, want);
    } finally {
      yield* releaseLock(held);
    }
  } catch (cause) {
    outcome = yield* explain(talk, cause);
  }
  const { network, went_well } = outcome;
  const { attention, clock_behind_ms } = talk;
  yield* tellScreens({
    ...{ what: 'round', is_sending: false },
    ...{ network, attention, clock_behind_ms },
  } satisfies RoundTold);
  return went_well;
}

/** Steps 4 and 5 of the journey, in their order; each stands in a file of its own. */
function* converse(talk: Conversation, want: Want): Script<Outcome> {
  // Who is signed in is only found out when fetching.
  if (want === 'all' || talk.attention?.code !== 'other-person') talk.attention = null;
  if (want === 'all') talk.limits.clear();
  talk.not_before_ms = 0;
  yield* ensureLog();
  // All of the journal is read for it: not after every tap.
  if (want === 'all') yield* takeFromJournal(talk);
  if (!(yield* needsStream(talk))) {
    yield* noteContact();
    return { network: 'online', went_well: talk.attention === null };
  }
  // None of it waits for another: neither what is fetched nor photos for an entry that does not get through.
  const troubles = new Troubles();
  let is_in_step = yield* deliver(talk, troubles);
  // Where the server does not take this tablet in, it hands nothing out either.
  if (!(yield* is_greeted(talk))) troubles.tell();
  if (want === 'all' || talk.has_changes_waiting || !is_in_step) {
    const { server_epoch } = talk;
    yield* troubles.past(pullChanges(talk));
    // Restored just now: what had its check may have to be sent again.
    if (talk.server_epoch !== server_epoch) is_in_step = yield* deliver(talk, troubles);
  }
  if (yield* is_greeted(talk)) {
    // All that it looks at is much: not after every tap.
    if (want === 'all') yield* troubles.past(verifyWhenDue(talk));
    yield* noteContact();
    yield* troubles.past(sendPhotos(talk, is_in_step ? 0 : yield* countWaiting()));
  }
  troubles.tell();
  const went_well = is_in_step && talk.attention === null && !talk.needs_sign_in;
  return { network: talk.needs_sign_in ? 'sign-in' : 'online', went_well };
}

/** A log that takes nothing more still delivers what it has. */
function* takeFromJournal(talk: Conversation): Script<void> {
  try {
    yield* adoptJournal();
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    talk.attention = { code: 'storage', text: null };
  }
}

/** The server knows the stream that photos go under: the stream's key is enough for them, as it is for entries. */
function* is_greeted(talk: Conversation): Script<boolean> {
  return talk.limits.has((yield* readMark()).stream_id);
}

const FORKS_A_ROUND = 3;

/** All streams that have something; again from the beginning where one had to be left for a new one. */
function* deliver(talk: Conversation, troubles: Troubles): Script<boolean> {
  const { attention } = talk;
  for (let round = 0; round < FORKS_A_ROUND; round += 1) {
    const is_in_step = yield* deliverOnce(talk, troubles);
    if (is_in_step || troubles.first !== null || talk.attention !== attention) return is_in_step;
  }
  return false;
}

/** What one stream cannot deliver keeps none of the others waiting. */
function* deliverOnce(talk: Conversation, troubles: Troubles): Script<boolean> {
  let is_in_step = true;
  for (const stream of yield* streamsToDeliver()) {
    const has_all = yield* troubles.past(deliverStream(talk, stream));
    is_in_step &&= has_all === true;
  }
  return is_in_step;
}

function* deliverStream(talk: Conversation, stream: StreamRow): Script<boolean> {
  return (
    (yield* enrolStream(talk, stream)) &&
    (yield* sayHello(talk, stream)) &&
    (yield* pushEntries(talk, stream))
  );
}

function* noteContact(): Script<void> {
  const { wall_ms } = yield* readClock();
  yield* writeMeta('last_contact_at', new Date(wall_ms).toISOString());
}

interface Outcome {
  readonly network: Network | null;
  /** False: try again after a growing pause. */
  readonly went_well: boolean;
}

function* explain(talk: Conversation, cause: unknown): Script<Outcome> {
  talk.limits.clear();
  if (cause instanceof Interrupted) {
    const network = explainAnswer(talk, cause.answer);
    // What else went wrong does not hide that nothing can be fetched.
    const asks_sign_in = network === 'online' && talk.needs_sign_in;
    return { network: asks_sign_in ? 'sign-in' : network, went_well: false };
  }
  talk.attention = { code: cause instanceof LogError ? 'storage' : 'failed', text: null };
  try {
    yield* note('sync-failed', String(cause));
  } catch {
    // The storage that failed is the one that this would be written to.
  }
  return { network: null, went_well: false };
}

function explainAnswer(talk: Conversation, answer: Unanswered): Network {
  if (answer.outcome === 'sign-in') return 'sign-in';
  if (answer.outcome === 'retry') talk.not_before_ms = answer.not_before_ms ?? 0;
  if (answer.outcome === 'retry' && !answer.is_ours) return 'offline';
  if (answer.outcome === 'retry') talk.attention = { code: 'server-trouble', text: null };
  else if (answer.outcome === 'smaller') talk.attention = { code: 'refused', text: null };
  // An unknown stream is enrolled in the next round: nothing that a person need know.
  else if (!is_unknown_stream(answer)) talk.attention = { code: 'refused', text: answer.text };
  return 'online';
}
