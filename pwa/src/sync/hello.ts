import * as v from 'valibot';
import { expectAnswer } from './answer.ts';
import { askSigned, type Conversation } from './conversation.ts';
import { reconcile } from './reconcile.ts';

export const HELLO = v.looseObject({
  server_time: v.string(),
  server_epoch: v.string(),
  versions: v.array(v.number()),
  limits: v.looseObject({ max_entries: v.number(), max_bytes: v.number() }),
  acknowledged_through: v.number(),
  acknowledged_hash: v.string(),
});

/**
 * Where does the server stand? A server that was restored stands behind: checks are taken
 * back to its mark, and what follows is sent again. False where the streams have forked.
 */
export async function sayHello(talk: Conversation): Promise<boolean> {
  if (talk.limits) return true;
  const hello = expectAnswer(
    await askSigned(talk, { path: '/api/v1/sync/hello', schema: HELLO, timeout_ms: 10_000 }),
  );
  // A push whose answer was lost may have set entries aside: the changes tell.
  talk.has_changes_waiting = true;
  if ((await talk.log.meta.get('server_epoch')) !== hello.server_epoch) {
    await talk.log.meta.put('server_epoch', hello.server_epoch);
  }
  if (!(await reconcile(talk, { ...hello, set_aside: [] }, true))) return false;
  talk.limits = hello.limits;
  return true;
}
