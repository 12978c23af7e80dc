import * as v from 'valibot';
import { renewReading } from '../log/lease.ts';
import type { Footing, Receipt, ReceivedItem } from '../log/log.ts';
import { note, readMeta } from '../log/meta.ts';
import { holdsReceived, readFooting, receiveItems } from '../log/receive.ts';
import type { Withdrawn } from '../log/withdrawn.ts';
import { vaultState } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import { ask, expectAnswer, Interrupted, LONG_MS } from './answer.ts';
import { type Conversation, noteEpoch } from './conversation.ts';
import { insistOnPassword } from './password_first.ts';

export const ITEM = v.variant('what', [
  v.looseObject({
    what: v.literal('entry'),
    stream_id: v.string(),
    stream_seq: v.number(),
    body: v.string(),
  }),
  v.looseObject({
    what: v.literal('row'),
    room: v.picklist(['person', 'class', 'school', 'pairing', 'protocol', 'tenant']),
    id: v.string(),
    row: v.record(v.string(), v.unknown()),
  }),
  v.looseObject({
    what: v.picklist(['granted', 'withdrawn']),
    subject_kind: v.string(),
    subject_id: v.string(),
  }),
  v.looseObject({
    what: v.literal('set_aside'),
    stream_id: v.string(),
    stream_seq: v.number(),
    entry_id: v.string(),
    code: v.string(),
    text: v.string(),
  }),
]);

export const CHANGES = v.looseObject({
  server_epoch: v.string(),
  cursor: v.string(),
  more: v.boolean(),
  reset: v.boolean(),
  items: v.array(v.unknown()),
});

/** Fetches what this person may hold offline. Only with her own session, never with a colleague's. */
export function* pullChanges(talk: Conversation): Script<void> {
  if (!(yield* may_receive())) return;
  yield* insistOnPassword(talk);
  let footing = yield* readFooting();
  // What is here from before may be what the server no longer has: it was restored meanwhile.
  if (footing.cursor === '' && (yield* holdsReceived())) return yield* startOver(talk, footing);
  // Fetched by a version that took no note of what was withdrawn.
  const noted = yield* readMeta<Withdrawn>('withdrawn');
  if (footing.cursor !== '' && noted?.cursor !== footing.cursor)
    return yield* startOver(talk, footing);
  for (;;) {
    const page = yield* askChanges(talk, footing);
    if (!page) return;
    if (page.reset && footing.cursor !== '') return yield* startOver(talk, footing);
    yield* keep({ asked_from: footing, items: yield* readItems(page.items), cursor: page.cursor });
    if (!page.more) break;
    footing = { ...footing, cursor: page.cursor };
  }
  talk.has_changes_waiting = false;
}

/** Not while nobody could read it here, nor where the server has said that there is nothing for her any more. */
function* may_receive(): Script<boolean> {
  const state = yield* vaultState();
  if (state === 'locked' || state === 'ended') return false;
  const reading = yield* readMeta<string>('reading');
  return reading !== 'ended' && reading !== 'never';
}

/** Everything is fetched before anything is replaced: a tablet that goes offline half-way keeps its names. */
function* startOver(talk: Conversation, asked_from: Footing): Script<void> {
  const items: ReceivedItem[] = [];
  let cursor = '';
  for (;;) {
    const page = yield* askChanges(talk, { ...asked_from, cursor });
    if (!page) return;
    // Something was withdrawn meanwhile: what was fetched so far may hold it.
    if (page.reset && cursor !== '') throw againLater('reset again');
    items.push(...(yield* readItems(page.items)));
    cursor = page.cursor;
    if (!page.more) break;
  }
  yield* keep({ asked_from, items, cursor, replaces_all: true });
  talk.has_changes_waiting = false;
}

function* keep(receipt: Receipt): Script<void> {
  if (!(yield* receiveItems(receipt))) throw againLater('stands elsewhere');
}

function againLater(reason: string): Interrupted {
  return new Interrupted({ outcome: 'retry', reason, is_ours: true });
}

function* askChanges(talk: Conversation, { cursor, stream_id }: Footing) {
  // What this tablet sent under the stream it writes to now, it has. Not so what an older stream sent: this
  // tablet may be a copy of the one that did.
  const { person_id } = talk.session;
  const query = new URLSearchParams({ after: cursor, limit: '500', for: person_id });
  // From the beginning all of it: something here may have become unreadable.
  if (cursor !== '') query.set('not_from', stream_id);
  const path = `/api/v1/sync/changes?${query}`;
  const answer = yield* ask({ path, schema: CHANGES, timeout_ms: LONG_MS });
  talk.needs_sign_in = answer.outcome === 'sign-in';
  if (answer.outcome === 'refused' && answer.code === 'other-person') {
    talk.attention = { code: 'other-person', text: null };
    return null;
  }
  const page = expectAnswer(answer);
  yield* renewReading();
  noteEpoch(talk, page.server_epoch);
  return page;
}

/** An item of a later version is noted and left: it must not hold up what this version knows. */
function* readItems(items: readonly unknown[]): Script<ReceivedItem[]> {
  const known: ReceivedItem[] = [];
  for (const item of items) {
    const read = v.safeParse(ITEM, item);
    if (read.success && is_readable(read.output)) known.push(read.output);
    else yield* note('change-not-understood', nameItem(item));
  }
  return known;
}

/** What it is, and nothing of what it says: this is kept in the clear. */
function nameItem(item: unknown): string {
  const named = v.safeParse(v.looseObject({ what: v.string() }), item);
  return named.success ? named.output.what.slice(0, 40) : typeof item;
}

function is_readable(item: ReceivedItem): boolean {
  if (item.what !== 'entry') return true;
  try {
    const entry: unknown = JSON.parse(item.body);
    return v.is(v.looseObject({ entry_id: v.string(), subject_id: v.string() }), entry);
  } catch {
    return false;
  }
}
