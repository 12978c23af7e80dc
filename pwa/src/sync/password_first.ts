import { readMeta, writeMeta } from '../log/meta.ts';
import { send } from '../machine/ask.ts';
import type { Script } from '../machine/effect.ts';
import { Interrupted } from './answer.ts';
import type { Conversation } from './conversation.ts';
import { askWhoIAm, PATIENCE_MS } from './who_i_am.ts';

/**
 * This profile began because nobody knew the PIN of the one before. Whoever holds the tablet may not go on with
 * a session that is still there: it is ended, and what comes next needs the password.
 */
export function* insistOnPassword(talk: Conversation): Script<void> {
  if (!(yield* readMeta<boolean>('password_first'))) return;
  const known = yield* askWhoIAm(PATIENCE_MS);
  // A colleague's session is hers, and fetches nothing for this profile.
  if (known.outcome === 'answered' && known.body.person_id !== talk.session.person_id) return;
  if (known.outcome === 'answered') {
    // Its answer leads to a page, which is not followed; so look afterwards whether it has ended.
    yield* send({
      method: 'POST',
      path: '/sign-out',
      headers: { 'X-CSRFToken': known.body.csrf_token },
      body: null,
      timeout_ms: PATIENCE_MS,
    });
  }
  const left = known.outcome === 'answered' ? yield* askWhoIAm(PATIENCE_MS) : known;
  if (left.outcome === 'answered') {
    throw new Interrupted({ outcome: 'retry', reason: 'still signed in', is_ours: true });
  }
  if (left.outcome === 'sign-in') {
    yield* writeMeta('password_first', false);
    talk.needs_sign_in = true;
  }
  throw new Interrupted(left);
}
