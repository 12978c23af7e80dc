import { forgetAccount } from '../log/accounts.ts';
import { perform } from '../machine/perform.ts';
import type { Session } from './session.ts';
import { askWhoIAm, PATIENCE_MS } from './who_i_am.ts';
import { browserPorts, type Ports, sessionPort } from './world.ts';

/** True when the server has no session of this person any more. Entries on this tablet stay. */
export async function signOut(session: Session, ports: Ports = browserPorts): Promise<boolean> {
  if (!(await leaveServer(session.person_id, ports))) return false;
  await forgetAccount(session.person_id);
  return true;
}

/**
 * The tablet goes on knowing her; the server asks for her password again. null: whoever is signed in.
 * Her token is asked for now: the app may have been opened without a network, or signed in again since.
 */
export async function leaveServer(
  person_id: string | null,
  ports: Ports = browserPorts,
): Promise<boolean> {
  const answer = await perform(askWhoIAm(PATIENCE_MS), sessionPort(ports));
  if (answer.outcome !== 'answered') return answer.outcome === 'sign-in';
  const is_hers = person_id === null || answer.body.person_id === person_id;
  return !is_hers || endSession(answer.body, ports);
}

/** False: the server could not be asked, or did not. */
export async function endSession({ csrf_token }: Session, ports: Ports): Promise<boolean> {
  try {
    const response = await ports.fetch(`${ports.base}/sign-out`, {
      method: 'POST',
      headers: { 'X-CSRFToken': csrf_token ?? '' },
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return response.ok || response.type === 'opaqueredirect';
  } catch {
    return false;
  }
}
