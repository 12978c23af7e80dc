import { readClock } from '../entry/clock.ts';
import { deviceRandom } from '../entry/random.ts';
import type { Effect, KeptBytes, Script, Transaction } from '../machine/effect.ts';
import { type Port, perform } from '../machine/perform.ts';
import { openVault } from '../vault/open.ts';
import type { OrganisationKey } from '../vault/sealed_key.ts';
import type { Vault } from '../vault/vault.ts';
import { adoptJournal, appendEntries } from './append.ts';
import { keepBallast, releaseBallast } from './ballast.ts';
import { announceChanges } from './changes.ts';
import { completeJournal } from './complete_journal.ts';
import { connect } from './connection.ts';
import { LogError } from './error.ts';
import { beginFreshLogOnce } from './fresh_log.ts';
import { runTransaction } from './indexed_db.ts';
import { openJournal } from './journal.ts';
import { mirrorKeys } from './key_mirror.ts';
import { keysIn } from './keys.ts';
import type { DeviceLog, LogChange } from './log.ts';
import { note, readMeta, writeMeta } from './meta.ts';
import { appendPhoto, readPhoto } from './photos.ts';
import { beginProfile, nameProfile, profilesOf } from './profiles.ts';
import { countEntries, entriesOf, setAsideEntries, summariseSubjects } from './read.ts';
import { referenceRow, referenceRows, writeReference } from './reference.ts';
import { hasRoomForPhoto } from './space.ts';
import { type LogSchema, upgrade, VERSION } from './stores.ts';
import { beginLog } from './streams.ts';
import { tabletKey } from './tablet.ts';

/**
 * The log of one account on this tablet, its newest profile; rejects with LogError. Where nothing on this
 * tablet opens that one any more (signed out, five wrong PINs, keys lost), a new one begins, empty: what the
 * old one holds still goes out by itself, and comes back from the server.
 */
export async function openLog(person_id: string, profile?: string): Promise<DeviceLog> {
  if (profile) return openProfile(person_id, profile);
  const newest = await openProfile(person_id, (await profilesOf(person_id))[0] as string);
  if (newest.vault.state !== 'ended') return newest;
  const has_failed_pin = (await newest.perform(readMeta('password_first'))) === true;
  newest.close();
  const name = nameProfile(person_id);
  const fresh = await openProfile(person_id, name);
  // Before anybody opens it by its name: a session that is still there must not fill it.
  if (has_failed_pin) await fresh.perform(writeMeta('password_first', true));
  await beginProfile(person_id, name);
  return fresh;
}

/** Everything that says something lies in it sealed with the profile's key. */
async function openProfile(person_id: string, name: string): Promise<DeviceLog> {
  const { run, close } = connect<LogSchema>(name, VERSION, upgrade);
  const vault = await openVault(mirrorKeys(keysIn(run), name), await tabletKey());
  const changes = announceChanges(name);
  const journal = openJournal(name.slice('noticing-'.length), (places) => {
    performHere(note('journal-damaged', places.join(', '))).catch(console.error);
  });

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
        if (effect.ask === 'seal') return vault.seal(effect.texts);
        if (effect.ask === 'open') return vault.open(effect.kept);
        if (effect.ask === 'seal_bytes') return sealPhoto(vault, effect.bytes);
        if (effect.ask === 'open_bytes') return openPhoto(vault, effect.kept);
        if (effect.ask === 'vault_state') return vault.state;
        if (effect.ask === 'sealed_key') return vault.sealedKey();
        if (effect.ask === 'seal_to') return vault.sealTo(effect.key as OrganisationKey);
        if (effect.ask === 'keep_key') return vault.keepKeys();
        if (effect.ask === 'make_room') return releaseBallast();
    }
    throw new Error(`the log has no ${effect.port} of this kind`);
  };
  const performHere = <Result>(script: Script<Result>) => perform(script, port);
  let underway: Promise<void> | null = null;
  const noteUnderway = (done: Promise<unknown>) => {
    const end = () => {
      if (underway === noted) underway = null;
    };
    const noted: Promise<void> = done.then(end, end);
    underway = noted;
  };
  await performHere(beginLog());
  // Not waited for: a start must not hang on it, and the next round of sync looks again.
  performHere(adoptJournal()).catch(console.error);
  performHere(completeJournal()).catch(console.error);
  beginFreshLogOnce();
  keepBallast().catch(console.error);

  return {
    person_id,
    profile: name,
    vault,
    append(made) {
      const done = performHere(appendEntries(made));
      noteUnderway(done);
      return done;
    },
    underway: () => underway,
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

async function sealPhoto(vault: Vault, bytes: ArrayBuffer): Promise<KeptBytes> {
  return (await vault.sealBytes(new Uint8Array(bytes))) ?? bytes;
}

async function openPhoto(vault: Vault, kept: KeptBytes): Promise<ArrayBuffer | null | 'locked'> {
  if (kept instanceof ArrayBuffer) return kept;
  const opened = await vault.openBytes(kept);
  if (opened === null || opened === 'locked') return opened;
  return opened.buffer.slice(opened.byteOffset, opened.byteOffset + opened.byteLength);
}
