import { type Signal, signal } from '@preact/signals';
import { readClock } from '../entry/clock.ts';
import { type EntryDraft, type MadeEntry, makeEntry, makeId } from '../entry/entry.ts';
import { deviceRandom } from '../entry/random.ts';
import { noteSession } from '../log/lease.ts';
import type { DeviceLog } from '../log/log.ts';
import { openLog } from '../log/open.ts';
import type { Session } from '../sync/session.ts';
import { type SyncHandle, startSync } from '../sync/sync.ts';
import { afterPause } from './after_pause.ts';
import { type Directory, EMPTY_DIRECTORY, readDirectory } from './directory.ts';
import { type Keeping, openKeeping } from './keeping.ts';
import { openPrivacy, type Privacy } from './privacy.ts';
import { openWriting, type Writing, warnBeforeLeaving } from './writing.ts';

/** What every screen works with: whose tablet it is, its log, what it knows, how sending goes. */
export interface Device {
  readonly session: Session;
  readonly log: DeviceLog;
  readonly sync: SyncHandle;
  /** What is on its way to the disk, whichever screen made it. */
  readonly writing: Writing;
  /** Whether there is room, and whether the log's store takes what is written. */
  readonly keeping: Keeping;
  readonly directory: Signal<Directory>;
  readonly privacy: Privacy;
  readonly close: () => void;
}

export async function openDevice(session: Session): Promise<Device> {
  const log = await openLog(session.person_id);
  const directory = signal(EMPTY_DIRECTORY);
  const read = async () => {
    directory.value = await readDirectory(log);
  };
  if (session.csrf_token !== null) await log.perform(noteSession());
  await read();
  const stop = log.subscribe(
    afterPause(150, (changes) => changes.includes('received') && read().catch(console.error)),
  );
  const writing = openWriting(log);
  const stopWarning = warnBeforeLeaving(writing);
  const keeping = openKeeping(log, writing);
  const sync = startSync(log, session);
  const privacy = await openPrivacy(log, sync, writing);
  const stopHearing = privacy.state.subscribe((state) => {
    if (state === 'open') void read().catch(console.error);
    if (state === 'locked' || state === 'ended') directory.value = EMPTY_DIRECTORY;
  });
  const close = () => {
    stop();
    stopHearing();
    privacy.close();
    stopWarning();
    keeping.close();
    sync.stop();
    log.close();
  };
  return { session, log, sync, writing, keeping, directory, privacy, close };
}

export type OwnDraft = Omit<EntryDraft, 'author_id' | 'item_key'> & { item_key?: string | null };

export function make(device: Pick<Device, 'session'>, draft: OwnDraft): MadeEntry {
  const author_id = device.session.person_id;
  return makeEntry({ item_key: null, ...draft, author_id }, readClock(), deviceRandom);
}

export function newId(): string {
  return makeId(readClock().wall_ms, deviceRandom);
}
