import { signal } from '@preact/signals';
import { rememberedAccounts } from '../log/accounts.ts';
import { adoptJournal } from '../log/append.ts';
import { openLog } from '../log/open.ts';
import { profilesInUse } from '../log/profiles.ts';
import { countOnlyInJournal } from '../log/read.ts';
import type { Session } from '../sync/session.ts';
import { type SyncHandle, startSync } from '../sync/sync.ts';
import type { Device } from './device.ts';

/** Somebody else who used this tablet and whose marks have not all been sent. */
export interface OtherAccount {
  readonly display_name: string;
  readonly sync: SyncHandle;
}

export const others = signal<readonly OtherAccount[]>([]);

/** Their streams' own keys deliver what they left here; nothing of it is read or shown. */
export async function deliverForOthers(own: Pick<Device, 'log' | 'sync'> | null): Promise<void> {
  const accounts = new Map((await rememberedAccounts()).map((one) => [one.person_id, one]));
  for (const { person_id, name } of await profilesInUse()) {
    if (name === own?.log.profile) continue;
    const account = accounts.get(person_id) ?? { ...NOBODY, person_id };
    // One that cannot be opened keeps none of the others here.
    const sync = await deliverFor(account, name).catch(console.error);
    if (sync && own?.log.person_id === person_id) fetchWhatArrives(sync, own.sync);
  }
}

/** What an older profile of hers delivers comes back into this one from the server. */
function fetchWhatArrives(older: SyncHandle, own: SyncHandle): void {
  let waiting: number | null = null;
  older.status.subscribe(({ counted, on_tablet }) => {
    if (counted !== 'counted') return;
    if (waiting !== null && on_tablet < waiting) own.nudge();
    waiting = on_tablet;
  });
}

async function deliverFor(
  account: Omit<Session, 'csrf_token'>,
  name: string,
): Promise<SyncHandle | null> {
  const log = await openLog(account.person_id, name);
  // What only its journal keeps must be counted, too.
  await log.perform(adoptJournal()).catch(console.error);
  const { on_tablet, photos_waiting } = await log.counts();
  const only_in_journal = await log.perform(countOnlyInJournal());
  if (on_tablet + photos_waiting + only_in_journal === 0) {
    log.close();
    return null;
  }
  const sync = startSync(log, { ...account, csrf_token: null });
  others.value = [...others.value, { display_name: account.display_name, sync }];
  return sync;
}

/** Signed out and forgotten by name; what was left here still goes out. */
const NOBODY = { display_name: '', tenant_id: '', tenant_name: '', roles: [] };
