import type { MadeEntry } from '../entry/entry.ts';
import { recordOf } from '../log/append.ts';
import { openKept } from '../log/bodies.ts';
import { lookInJournal } from '../log/only_in_journal.ts';
import { makeStream } from '../log/streams.ts';
import { readJournal, vaultState } from '../machine/ask.ts';
import type { JournalRecord, Script } from '../machine/effect.ts';
import type { SignedRequest } from '../vault/rescue_file.ts';
import { makeNonce } from './answer.ts';
import { signWith } from './conversation.ts';
import { ENROL_PATH, writeEnrolment } from './enrol.ts';
import type { RescueKeys } from './rescue_keys.ts';

/**
 * Marks that the log has not: kept by the second journal alone, or `unsaved`, on no disk. Where the log cannot be
 * read, all that the journal keeps: what of it was sent is known on the server.
 */
export function* readLoose(
  unsaved: readonly MadeEntry[],
  is_log_read: boolean,
): Script<JournalRecord[]> {
  const kept = is_log_read ? (yield* lookInJournal()).missing : yield* readReadable();
  const held = unsaved.map((made) => recordOf(made, made.body));
  // One may stand in the journal and be unsaved: it was slow to say so.
  const found = new Map<string, JournalRecord>();
  for (const record of [...held, ...kept]) found.set(`${record.entry_id} ${record.hash}`, record);
  return [...found.values()];
}

/** Without what was damaged, or sealed with another key. */
function* readReadable(): Script<JournalRecord[]> {
  const records = yield* readJournal();
  if ((yield* vaultState()) !== 'open') return records;
  const bodies = yield* openKept(records.map((one) => one.body));
  return bodies === 'locked' ? records : records.filter((_, place) => bodies[place] !== null);
}

export interface RescueStream {
  readonly stream_id: string;
  /** By which the server comes to know it: a stream that it knows vouches for it. */
  readonly enrolment: SignedRequest;
}

/** For one file alone: the numbers of this tablet's own streams are given by its log. */
export function* makeRescueStream({ stream_key, voucher }: RescueKeys): Script<RescueStream> {
  const { stream_id } = yield* makeStream();
  const body = new TextEncoder().encode(writeEnrolment(stream_id, stream_key.public_key));
  const nonce = yield* makeNonce();
  const question = { method: 'POST', path: ENROL_PATH, body } as const;
  const signed = yield* signWith(stream_key, voucher, nonce, question);
  const headers = { 'Content-Type': 'application/json', ...signed, 'Noticing-Nonce': nonce };
  return { stream_id, enrolment: { path: ENROL_PATH, headers, body } };
}
