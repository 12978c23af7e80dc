import type { DBSchema } from 'idb';
import { connect } from './connection.ts';

/** An account that was used on this tablet, so that the app opens cold and offline. */
export interface Account {
  readonly person_id: string;
  readonly display_name: string;
  readonly tenant_id: string;
  readonly tenant_name: string;
  readonly roles: readonly string[];
  readonly last_used_at: string;
}

interface TabletSchema extends DBSchema {
  accounts: { key: string; value: Account };
}

const tablet = connect<TabletSchema>('noticing', 1, (database) => {
  database.createObjectStore('accounts', { keyPath: 'person_id' });
});

export async function rememberAccount(account: Account): Promise<void> {
  await tablet.run((database) => database.put('accounts', account));
}

/** Most recently used first. */
export async function rememberedAccounts(): Promise<Account[]> {
  const accounts = await tablet.run((database) => database.getAll('accounts'));
  return accounts.sort((a, b) => b.last_used_at.localeCompare(a.last_used_at));
}

/** Its log stays: entries that are on this tablet only are never deleted. */
export async function forgetAccount(person_id: string): Promise<void> {
  await tablet.run((database) => database.delete('accounts', person_id));
}
