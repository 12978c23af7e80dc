import { signal } from '@preact/signals';
import { rememberedAccounts } from '../log/accounts.ts';
import { openLog } from '../log/open.ts';
import { type SyncHandle, startSync } from '../sync/sync.ts';

/** Somebody else who used this tablet and whose marks have not all been sent. */
export interface OtherAccount {
  readonly display_name: string;
  readonly sync: SyncHandle;
}

export const others = signal<readonly OtherAccount[]>([]);

/** Their streams' own keys deliver what they left here; nothing of it is read or shown. */
export async function deliverForOthers(own_id: string | null): Promise<void> {
  for (const account of await rememberedAccounts()) {
    if (account.person_id === own_id) continue;
    const log = await openLog(account.person_id);
    const { on_tablet } = await log.counts();
    if (on_tablet === 0) log.close();
    else {
      const sync = startSync(log, { ...account, csrf_token: null });
      others.value = [...others.value, { display_name: account.display_name, sync }];
    }
  }
}
