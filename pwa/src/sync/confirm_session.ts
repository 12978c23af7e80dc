import { renewReading } from '../log/lease.ts';
import type { Script } from '../machine/effect.ts';
import { expectAnswer } from './answer.ts';
import type { Conversation } from './conversation.ts';
import { insistOnPassword } from './password_first.ts';
import type { Session } from './session.ts';
import { askWhoIAm, PATIENCE_MS } from './who_i_am.ts';

/** The server's word that this is still the same person; null while somebody else is signed in. */
export function* confirmSession(talk: Conversation): Script<Session | null> {
  yield* insistOnPassword(talk);
  const answer = yield* askWhoIAm(PATIENCE_MS);
  if (answer.outcome === 'sign-in') talk.needs_sign_in = true;
  const me = expectAnswer(answer);
  talk.needs_sign_in = false;
  if (me.person_id === talk.session.person_id) {
    yield* renewReading();
    return me;
  }
  talk.attention = { code: 'other-person', text: null };
  return null;
}
