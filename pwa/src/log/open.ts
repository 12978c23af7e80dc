import { readClock } from '../entry/clock.ts';
import { deviceRandom } from '../entry/random.ts';
import type { Effect, Kept, KeptBytes, Script, Transaction } from '../machine/effect.ts';
import { type Port, perform } from '../machine/perform.ts';
import { adoptJournal, appendEntries } from './append.ts';
import { keepBallast, releaseBallast } from './ballast.ts';
import { announceChanges } from './changes.ts';
import { connect } from './connection.ts';
import { LogError } from './error.ts';
import { runTransaction } from './indexed_db.ts';
import { openJournal } from './journal.ts';
import type { DeviceLog, LogChange } from './log.ts';
import { appendPhoto, readPhoto } from './photos.ts';
import { countEntries, entriesOf, setAsideEntries, summariseSubjects } from './read.ts';
import { referenceRow, referenceRows, writeReference } from './reference.ts';
import { hasRoomForPhoto } from './space.ts';
import { type LogSchema, upgrade, VERSION } from './stores.ts';
import { beginLog } from './streams.ts';

/** How bodies and names lie on the disk. */
export interface Sealing {
  seal(texts: readonly string[]): Promise<Kept[]>;
  /** null: can no longer be read. */
  open(kept: readonly Kept[]): Promise<(string | null)[] | 'locked'>;
  /** A picture; what is sealed is a view, what is plain a buffer. */
  sealBytes(bytes: ArrayBuffer): Promise<KeptBytes>;
  /** null: can no longer be read. */
  openBytes(kept: KeptBytes): Promise<ArrayBuffer | null | 'locked'>;
}

const IN_THE_CLEAR: Sealing = {
  seal: async (texts) => [...texts],
  open: async (kept) => kept.map((one) => (typeof one === 'string' ? one : null)),
  sealBytes: async (bytes) => bytes,
  openBytes: async (kept) => (kept instanceof ArrayBuffer ? kept : null),
};

/** The log of one account on this tablet. Rejects with LogError. */
export async function openLog(
  person_id: string,
  sealing: Sealing = IN_THE_CLEAR,
): Promise<DeviceLog> {
  const name = `noticing-${person_id}`;
  const { run, close } = connect<LogSchema>(name, VERSION, upgrade);
  const changes = announceChanges(name);
  const journal = openJournal(person_id);

  const port: Port = (effect: Effect) => {
    switch (effect.port) {
      case 'store':
        return run((database) =>
          runTransaction(database, effect.transaction as Transaction<unknown>),
        );
      case 'journal':
        return journal.perform(effect);
      case 'screens':
        return changes.announce(effect.tell as Omit<LogChange, 'from'>);
      case 'random':
        return effect.ask === 'bytes' ? deviceRandom(effect.count) : Math.random();
      case 'clock':
        if (effect.ask === 'read') return readClock();
        break;
      case 'platform':
        if (effect.ask === 'seal') return sealing.seal(effect.texts);
        if (effect.ask === 'open') return sealing.open(effect.kept);
        if (effect.ask === 'seal_bytes') return sealing.sealBytes(effect.bytes);
        if (effect.ask === 'open_bytes') return sealing.openBytes(effect.kept);
        if (effect.ask === 'make_room') return releaseBallast();
    }
    throw new Error(`the log has no ${effect.port} of this kind`);
  };
  const performHere = <Result>(script: Script<Result>) => perform(script, port);
  await performHere(beginLog());
  // Not waited for: a start must not hang on it, and the next round of sync looks again.
  performHere(adoptJournal()).catch(console.error);
  keepBallast().catch(console.error);

  return {
    person_id,
    append: (made) => performHere(appendEntries(made)),
    async appendPhoto(made, bytes) {
      if (!(await hasRoomForPhoto())) throw new LogError('no-room-for-photo');
      return performHere(appendPhoto(made, bytes));
    },
    photo: (hash) => performHere(readPhoto(hash)),
    entriesOf: (subject_id) => performHere(entriesOf(subject_id)),
    subjects: () => performHere(summariseSubjects()),
    setAside: () => performHere(setAsideEntries()),
    counts: () => performHere(countEntries()),
    reference: {
      get: (room, id) => performHere(referenceRow(room, id)),
      all: (room) => performHere(referenceRows(room)),
      put: (rows) => performHere(writeReference(rows)),
    },
    subscribe: changes.subscribe,
    close() {
      changes.close();
      journal.close();
      close();
    },
    port,
    perform: performHere,
  };
}
