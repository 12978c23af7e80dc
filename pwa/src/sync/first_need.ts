import { readAllStreams } from '../log/read.ts';
import type { Script } from '../machine/effect.ts';
import { confirmSession } from './confirm_session.ts';
import type { Conversation } from './conversation.ts';
import { is_enrolled } from './enrol.ts';
import { is_observer } from './session.ts';

/** Whoever observes nothing makes and fetches nothing here: the server learns of her browser at the first need. */
export function* needsStream(talk: Conversation): Script<boolean> {
  const { roles } = talk.session;
  // Without any it is not known who she is (a profile that only delivers), or her role has ended: the server says.
  if (roles.length === 0 || is_observer(roles)) return true;
  const { current, retired } = yield* readAllStreams();
  if (retired.length > 0 || current.last_seq > 0 || (yield* is_enrolled(current))) return true;
  const me = yield* confirmSession(talk);
  return me !== null && is_observer(me.roles);
}
