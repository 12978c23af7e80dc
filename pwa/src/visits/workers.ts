import { signal } from '@preact/signals';
import { rememberedAccounts } from '../log/accounts.ts';
import { glanceAt } from '../log/glance.ts';
import { profilesOf } from '../log/profiles.ts';
import { leaveServer } from '../sync/sign_out.ts';
import { chooseWorker } from '../sync/worker.ts';
import type { Device } from './device.ts';

/** Somebody who used this tablet, and what she left on it. */
export interface KnownWorker {
  readonly person_id: string;
  readonly display_name: string;
  readonly tenant_name: string;
  readonly has_pin: boolean;
  /** null: it could not be counted. */
  readonly n: number | null;
  readonly oldest_unsent_at: string | null;
}

/** The tablet was handed over, or somebody else takes it: everybody's part of it is out of sight. */
export const asks_who = signal(false);

export async function readWorkers(): Promise<KnownWorker[]> {
  const accounts = await rememberedAccounts();
  return Promise.all(
    accounts.map(async ({ person_id, display_name, tenant_name }) => {
      const left = await readLeft(person_id).catch((cause) => {
        console.error(cause);
        return { has_pin: false, n: null, oldest_unsent_at: null };
      });
      return { person_id, display_name, tenant_name, ...left };
    }),
  );
}

/** In all of her profiles; of the newest only whether it has a PIN. */
async function readLeft(person_id: string) {
  let [has_pin, n, oldest] = [false, 0, null as string | null];
  for (const [place, name] of (await profilesOf(person_id)).entries()) {
    const found = await glanceAt(name);
    if (place === 0) has_pin = found.has_pin;
    const { on_tablet, photos_waiting, oldest_unsent_at: at } = found.counts;
    n += on_tablet + photos_waiting;
    if (at !== null && (oldest === null || at < oldest)) oldest = at;
  }
  return { has_pin, n, oldest_unsent_at: oldest };
}

/** The app opens anew as hers. */
export function takeTablet(person_id: string): void {
  chooseWorker(person_id);
  location.hash = '#/';
  location.reload();
}

/**
 * Out of sight at once. Where it can be locked the pages are shut, so that the PIN is enough when she is back; else
 * her session ends, and it takes her password.
 */
export async function handOver({
  privacy,
  session,
}: Pick<Device, 'privacy' | 'session'>): Promise<void> {
  asks_who.value = true;
  if (await privacy.lockNow()) return;
  const has_left = await leaveServer(session.person_id).catch(() => false);
  if (!has_left) privacy.shutPages();
}
