import { type ProfileRow, tablet } from './tablet.ts';

/**
 * The databases of a person on this tablet, newest first. The first of all has had her id as its name since
 * version 1, and stands in no list.
 */
export async function profilesOf(person_id: string): Promise<string[]> {
  const rows = await tablet.run((database) => database.getAll('profiles'));
  const later = rows
    .filter((row) => row.person_id === person_id)
    .sort((a, b) => b.began_at.localeCompare(a.began_at));
  const known = [...later.map((row) => row.name), firstProfile(person_id)];
  // Last: nothing tells how old they are, and none of them may be written to.
  const orphans = (await profilesWithJournal()).filter((one) => one.person_id === person_id);
  return [...new Set([...known, ...orphans.map((one) => one.name)])];
}

export function firstProfile(person_id: string): string {
  return `noticing-${person_id}`;
}

export function nameProfile(person_id: string): string {
  return `${firstProfile(person_id)}-${crypto.randomUUID().slice(0, 8)}`;
}

/** Where the key of the last one is gone: it delivers what it has, and this one begins empty. */
export async function beginProfile(person_id: string, name: string): Promise<void> {
  await tablet.run(async (database) => {
    const transaction = database.transaction('profiles', 'readwrite', { durability: 'strict' });
    const known = (await transaction.store.getAll()).filter((row) => row.person_id === person_id);
    // The newest also where the clock was set back since.
    const after = Math.max(0, ...known.map((row) => Date.parse(row.began_at) + 1));
    const began_at = new Date(Math.max(Date.now(), after)).toISOString();
    await transaction.store.put({ name, person_id, began_at });
    await transaction.done;
  });
}

/** Every database on this tablet that may still have something to deliver, and whose it is. */
export async function profilesInUse(): Promise<Pick<ProfileRow, 'name' | 'person_id'>[]> {
  const { accounts, later } = await tablet.run(async (database) => ({
    accounts: await database.getAllKeys('accounts'),
    later: await database.getAll('profiles'),
  }));
  const people = new Set([
    ...accounts,
    ...later.map((row) => row.person_id),
    ...(await peopleWithDatabase()),
  ]);
  const first = [...people].map((person_id) => ({ person_id, name: firstProfile(person_id) }));
  const found = [...first, ...later, ...(await profilesWithJournal())];
  return [...new Map(found.map((one) => [one.name, one])).values()];
}

const JOURNAL =
  /^noticing-journal-(([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-[0-9a-f]{8})?)$/;

/** Where the database that lists them was lost, their journals and keys may still be there. */
async function profilesWithJournal(): Promise<Pick<ProfileRow, 'name' | 'person_id'>[]> {
  try {
    const found: Pick<ProfileRow, 'name' | 'person_id'>[] = [];
    const root = await globalThis.navigator?.storage?.getDirectory?.();
    if (!root) return found;
    for await (const folder of root.keys()) {
      const [, rest, person_id] = JOURNAL.exec(folder) ?? [];
      if (rest && person_id) found.push({ name: `noticing-${rest}`, person_id });
    }
    return found;
  } catch {
    return [];
  }
}

const FIRST_PROFILE = /^noticing-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Also of those who signed out here: their account is forgotten, what they left is not. */
async function peopleWithDatabase(): Promise<string[]> {
  const found = (await globalThis.indexedDB?.databases?.()) ?? [];
  return found.flatMap(({ name }) => FIRST_PROFILE.exec(name ?? '')?.[1] ?? []);
}
