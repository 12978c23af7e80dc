import type { Effect, Transaction } from '../machine/effect.ts';
import { perform } from '../machine/perform.ts';
import { findReadingKey } from '../vault/reading_key.ts';
import { connect } from './connection.ts';
import { runTransaction } from './indexed_db.ts';
import { keysIn } from './keys.ts';
import type { Counts } from './log.ts';
import { countEntries } from './read.ts';
import { type LogSchema, upgrade, VERSION } from './stores.ts';

/** What a profile says of itself without being opened: whether it has a PIN, and how much waits. */
export async function glanceAt(profile: string): Promise<{ has_pin: boolean; counts: Counts }> {
  const { run, close } = connect<LogSchema>(profile, VERSION, upgrade);
  const port = (effect: Effect) => {
    if (effect.port !== 'store') return 'locked';
    return run((database) => runTransaction(database, effect.transaction as Transaction<unknown>));
  };
  try {
    const has_pin = (await findReadingKey(keysIn(run)))?.how === 'pin';
    return { has_pin, counts: await perform(countEntries(), port) };
  } finally {
    close();
  }
}
