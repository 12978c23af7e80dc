import * as v from 'valibot';
import { expectAnswer } from './answer.ts';
import { askSession, type Conversation } from './conversation.ts';
import { confirmSession } from './session.ts';
import { openStreamKey } from './signature.ts';

const ENROLLED = v.looseObject({ stream_id: v.string() });

/**
 * Binds this stream to its person, once. False while somebody else is signed in here:
 * the stream must not become theirs.
 */
export async function enrolStream(talk: Conversation): Promise<boolean> {
  const { log, ports } = talk;
  const { stream_id } = await log.mark();
  if ((await log.meta.get('enrolled')) === stream_id) return true;
  const me = await confirmSession(talk);
  if (!me) return false;
  const { public_key } = await openStreamKey(log.meta);
  expectAnswer(
    await askSession(ports, {
      path: '/api/v1/sync/streams',
      method: 'POST',
      schema: ENROLLED,
      timeout_ms: 10_000,
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': me.csrf_token ?? '' },
      body: JSON.stringify({ stream_id, public_key, device_label: nameDevice() }),
    }),
  );
  await log.meta.put('enrolled', stream_id);
  return true;
}

function nameDevice(): string {
  const agent = globalThis.navigator?.userAgent ?? '';
  const known = ['iPad', 'iPhone', 'Android', 'CrOS', 'Windows', 'Macintosh', 'Linux'];
  return known.find((name) => agent.includes(name)) ?? 'Tablet';
}
