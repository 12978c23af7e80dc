import { perform } from '../machine/perform.ts';
import { askWhoIAm, PATIENCE_MS } from './who_i_am.ts';
import { browserPorts, type Ports, sessionPort } from './world.ts';

/**
 * Whoever takes a locked tablet must not open her pages by their address; the app goes on by the same session, and
 * opens them when she is back. False: the server could not be asked.
 */
export async function holdPages(
  person_id: string,
  what: 'shut' | 'open',
  ports: Ports = browserPorts,
): Promise<boolean> {
  const answer = await perform(askWhoIAm(PATIENCE_MS), sessionPort(ports));
  if (answer.outcome !== 'answered') return answer.outcome === 'sign-in';
  if (answer.body.person_id !== person_id) return true;
  try {
    const response = await ports.fetch(`${ports.base}/pages/${what}`, {
      method: 'POST',
      headers: { 'X-CSRFToken': answer.body.csrf_token, 'Noticing-Nonce': what },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return response.ok;
  } catch {
    return false;
  }
}
