import { signal } from '@preact/signals';
import { rememberedAccounts } from '../log/accounts.ts';
import { openLog } from '../log/open.ts';
import { profilesInUse } from '../log/profiles.ts';
import { type SyncHandle, startSync } from '../sync/sync.ts';

/** Somebody else who used this tablet and whose marks have not all been sent. */
export interface OtherAccount {
  readonly display_name: string;
  readonly sync: SyncHandle;
}

export const others = signal<readonly OtherAccount[]>([]);

/** Their streams' own keys deliver what they left here; nothing of it is read or shown. */
export async function deliverForOthers(own_profile: string | null): Promise<void> {
  const accounts = new Map((await rememberedAccounts()).map((one) => [one.person_id, one]));
  for (const { person_id, name } of await profilesInUse()) {
    if (name === own_profile) continue;
    const log = await openLog(person_id, name);
    const { on_tablet, photos_waiting } = await log.counts();
    if (on_tablet + photos_waiting === 0) log.close();
    else {
      const account = accounts.get(person_id) ?? { ...NOBODY, person_id };
      const sync = startSync(log, { ...account, csrf_token: null });
      others.value = [...others.value, { display_name: account.display_name, sync }];
    }
  }
}

/** Signed out and forgotten by name; what was left here still goes out. */
const NOBODY = { display_name: '', tenant_id: '', tenant_name: '', roles: [] };
