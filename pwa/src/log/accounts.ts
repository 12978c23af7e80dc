import { type AccountRow, tablet, tabletKey } from './tablet.ts';

/** An account that was used on this tablet, so that the app opens cold and offline. */
export interface Account {
  readonly person_id: string;
  readonly display_name: string;
  readonly tenant_id: string;
  readonly tenant_name: string;
  readonly roles: readonly string[];
  readonly last_used_at: string;
}

/** Names are sealed with the tablet's key: whoever reads the raw files finds none. */
export async function rememberAccount(account: Account): Promise<void> {
  const { person_id, last_used_at } = account;
  const [kept] = await (await tabletKey()).seal([JSON.stringify(account)]);
  await tablet.run((database) =>
    database.put('accounts', { person_id, last_used_at, ...(kept ? { kept } : {}) }),
  );
}

/** Most recently used first. */
export async function rememberedAccounts(): Promise<Account[]> {
  const rows = await tablet.run((database) => database.getAll('accounts'));
  const accounts = await Promise.all(rows.map(openAccount));
  return accounts
    .filter((one) => one !== null)
    .sort((a, b) => b.last_used_at.localeCompare(a.last_used_at));
}

async function openAccount(row: AccountRow): Promise<Account | null> {
  if (row.kept === undefined) return row as unknown as Account;
  const [text] = await (await tabletKey()).open([row.kept]);
  return typeof text === 'string' ? (JSON.parse(text) as Account) : null;
}

/** Its logs stay: entries that are on this tablet only are never deleted. */
export async function forgetAccount(person_id: string): Promise<void> {
  await tablet.run((database) => database.delete('accounts', person_id));
}
