import * as v from 'valibot';
import type { ReceivedItem } from '../log/log.ts';
import { expectAnswer, Interrupted } from './answer.ts';
import { askSession, type Conversation } from './conversation.ts';
import { confirmSession } from './session.ts';

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
export async function pullChanges(talk: Conversation): Promise<void> {
  if (!(await confirmSession(talk))) return;
  let cursor = ((await talk.log.meta.get('cursor')) as string | undefined) ?? '';
  for (;;) {
    const page = await askChanges(talk, cursor);
    if (page.reset && cursor !== '') return startOver(talk);
    await talk.log.receive({ items: await readItems(talk, page.items), cursor: page.cursor });
    if (!page.more) break;
    cursor = page.cursor;
  }
  talk.has_changes_waiting = false;
}

/** Everything is fetched before anything is replaced: a tablet that goes offline half-way keeps its names. */
async function startOver(talk: Conversation): Promise<void> {
  const items: ReceivedItem[] = [];
  let cursor = '';
  for (;;) {
    const page = await askChanges(talk, cursor);
    // Something was withdrawn meanwhile: what was fetched so far may hold it.
    if (page.reset && cursor !== '') {
      throw new Interrupted({ outcome: 'retry', reason: 'reset again', is_ours: true });
    }
    items.push(...(await readItems(talk, page.items)));
    cursor = page.cursor;
    if (!page.more) break;
  }
  await talk.log.receive({ items, cursor, replaces_all: true });
  talk.has_changes_waiting = false;
}

async function askChanges(talk: Conversation, cursor: string) {
  const query = new URLSearchParams({ after: cursor, limit: '500' });
  const path = `/api/v1/sync/changes?${query}`;
  return expectAnswer(await askSession(talk.ports, { path, schema: CHANGES, timeout_ms: 30_000 }));
}

/** An item of a later version is noted and left: it must not hold up what this version knows. */
async function readItems(talk: Conversation, items: readonly unknown[]): Promise<ReceivedItem[]> {
  const known: ReceivedItem[] = [];
  for (const item of items) {
    const read = v.safeParse(ITEM, item);
    if (read.success && is_readable(read.output)) known.push(read.output);
    else await talk.log.note('change-not-understood', JSON.stringify(item).slice(0, 200));
  }
  return known;
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
