/** The app's own log and its own sync, without its screens. */
import { readClock, writeTime } from '../../../pwa/src/entry/clock.ts';
import { type MadeEntry, makeEntry, makeId, type Payload } from '../../../pwa/src/entry/entry.ts';
import { deviceRandom } from '../../../pwa/src/entry/random.ts';
import { startedPayload } from '../../../pwa/src/home/start/start_choices.ts';
import { gatherEntries } from '../../../pwa/src/log/deliver.ts';
import type { DeviceLog, UnsentEntry } from '../../../pwa/src/log/log.ts';
import { openLog } from '../../../pwa/src/log/open.ts';
import { readMark } from '../../../pwa/src/log/read.ts';
import { writeBase64Url } from '../../../pwa/src/sync/base64.ts';
import { openSession } from '../../../pwa/src/sync/open_session.ts';
import type { Session } from '../../../pwa/src/sync/session.ts';
import { startSync } from '../../../pwa/src/sync/sync.ts';
import { readDirectory } from '../../../pwa/src/visits/directory.ts';
import { channelsFor, everyoneToObserve } from '../../../pwa/src/visits/whom_to_observe.ts';

export interface Draft {
  readonly kind: string;
  readonly item_key: string | null;
  readonly payload: Payload;
}

const PATIENCE_MS = 90_000;
let session: Session;
let log: DeviceLog;
let start: Payload;

/** Enrols this browser as a tablet, fetches what it may know, and chooses a lesson to observe. */
export async function open(protocol_slug: string): Promise<void> {
  const opened = await openSession();
  if (!opened.session) throw new Error('nobody is signed in');
  session = opened.session;
  log = await openLog(session.person_id);
  const handle = startSync(log, session);
  await until(
    async () => handle.status.value.last_contact_at !== null && !handle.status.value.is_sending,
  );
  handle.stop();
  start = await chooseLesson(protocol_slug);
}

/** Appends whole visits, one transaction each, until `count` entries are there. */
export async function append(
  count: number,
  visit_size: number,
  drafts: readonly Draft[],
): Promise<void> {
  for (let left = count; left > 0; left -= visit_size) {
    await log.append(makeVisit(Math.min(left, visit_size), drafts));
  }
}

/** What has no check yet, as it lies in the log. */
export async function unsentBodies(count: number): Promise<string[]> {
  const { stream_id, acknowledged_through } = await log.perform(readMark());
  const { entries } = await log.perform(gatherEntries(stream_id, acknowledged_through + 1, count));
  return (entries as UnsentEntry[]).map(({ body }) => body);
}

/** Sends by the app's own sync; ms until the last entry has its check on this side. */
export async function send(): Promise<{ ms: number; entries: number }> {
  const before = await log.perform(readMark());
  const started = performance.now();
  const checked = new Promise<number>((resolve) => {
    const stop = log.subscribe(async ({ what }) => {
      const { acknowledged_through, last_seq } = await log.perform(readMark());
      if (what !== 'acknowledged' || acknowledged_through < last_seq) return;
      stop();
      resolve(performance.now());
    });
  });
  const handle = startSync(log, session);
  const ms = (await orTimeOut(checked)) - started;
  await until(async () => !handle.status.value.is_sending);
  handle.stop();
  return { ms, entries: before.last_seq - before.acknowledged_through };
}

/** The naive way: one POST an entry, the next one after its answer. */
export async function sendOneByOne(): Promise<{ ms: number; entries: number }> {
  const { stream_id, acknowledged_through } = await log.perform(readMark());
  const gathered = await log.perform(gatherEntries(stream_id, acknowledged_through + 1, 10_000));
  const waiting = gathered.entries as UnsentEntry[];
  const started = performance.now();
  for (const one of waiting) await post(one.stream_id, one.stream_seq, one.body);
  return { ms: performance.now() - started, entries: waiting.length };
}

export async function counts(): Promise<{ on_tablet: number; sent: number; set_aside: number }> {
  const { on_tablet, sent, set_aside } = await log.counts();
  return { on_tablet, sent, set_aside };
}

export async function reasons(): Promise<string[]> {
  return [...new Set((await log.setAside()).map((one) => String(one.set_aside?.code)))];
}

async function post(stream_id: string, from_seq: number, body: string): Promise<void> {
  const clock = readClock();
  const response = await fetch('/api/v1/sync/push', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-CSRFToken': session.csrf_token ?? '',
      'Noticing-Nonce': writeBase64Url(deviceRandom(16)),
    },
    body: JSON.stringify({
      stream_id,
      from_seq,
      clock: {
        device_wall: writeTime(clock.wall_ms, clock.offset_minutes),
        device_elapsed_ms: clock.elapsed_ms,
        clock_session_id: clock.clock_session_id,
        round_trip_ms: null,
      },
      bodies: [body],
    }),
  });
  if (!response.ok) throw new Error(`push answered ${response.status}: ${await response.text()}`);
  await response.json();
}

function makeVisit(count: number, drafts: readonly Draft[]): MadeEntry[] {
  const subject_id = makeId(Date.now(), deviceRandom);
  const clock = readClock();
  const begin = { kind: 'observation.started', item_key: null, payload: start };
  return Array.from({ length: count }, (_, index) => {
    const draft = index === 0 ? begin : vary(drafts[index % drafts.length] as Draft);
    const later_ms = index * 40 + ((deviceRandom(1)[0] as number) % 40) - count * 40;
    const then = {
      ...clock,
      wall_ms: clock.wall_ms + later_ms,
      elapsed_ms: clock.elapsed_ms + later_ms + count * 40,
    };
    return makeEntry({ ...draft, subject_id, author_id: session.person_id }, then, deviceRandom);
  });
}

/** The same words over and over would be squeezed to nothing: their order is new each time. */
function vary(draft: Draft): Draft {
  const { text } = draft.payload;
  if (typeof text !== 'string') return draft;
  const words = text.split(' ').map((word) => ({ word, place: Math.random() }));
  words.sort((one, other) => one.place - other.place);
  return { ...draft, payload: { ...draft.payload, text: words.map(({ word }) => word).join(' ') } };
}

async function chooseLesson(protocol_slug: string): Promise<Payload> {
  const directory = await readDirectory(log);
  for (const { person_id: teacher_id } of everyoneToObserve(directory, session)) {
    const lesson = directory.classes.find((one) => one.teacher_id === teacher_id);
    const choice = {
      teacher_id,
      class_id: lesson?.class_id ?? null,
      channel: channelsFor(directory, session, teacher_id)[0] ?? 'coaching',
      protocol_slug,
      agreed_items: [],
      students_present: lesson?.head_count ?? null,
    };
    const payload = startedPayload(choice, directory, session, 'Coaching');
    if (payload) return payload;
  }
  throw new Error('there is nobody whom this person may observe');
}

async function until(is_so: () => Promise<boolean>): Promise<void> {
  const ends = performance.now() + PATIENCE_MS;
  while (!(await is_so())) {
    if (performance.now() > ends) throw new Error('it took too long');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function orTimeOut<Result>(result: Promise<Result>): Promise<Result> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('it took too long')), PATIENCE_MS);
  });
  return Promise.race([result, late]);
}
