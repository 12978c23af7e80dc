import { perform } from '../machine/perform.ts';
import { endSession, leaveServer } from './sign_out.ts';
import { forgetSignedOut } from './signed_out.ts';
import { askWhoIAm, PATIENCE_MS } from './who_i_am.ts';
import { chooseWorker } from './worker.ts';
import { browserPorts, type Ports, sessionPort } from './world.ts';

/** wrong: they do not open her account. failed: the server could not be asked, or did not. */
export type SignInSaid = 'signed_in' | 'wrong' | 'failed';

/** By the form of the server's page, without leaving the app: opened anew, it would ask for the PIN again. */
export async function signIn(
  person_id: string,
  said: { email: string; password: string },
  ports: Ports = browserPorts,
): Promise<SignInSaid> {
  // Somebody else's session ends here as it does when this tablet is taken over.
  if (!(await leaveServer(null, ports))) return 'failed';
  const status = await sendForm(said, ports).catch(() => 0);
  const answer = await perform(askWhoIAm(PATIENCE_MS), sessionPort(ports));
  if (answer.outcome !== 'answered') return status === 422 ? 'wrong' : 'failed';
  if (answer.body.person_id !== person_id) {
    await endSession(answer.body, ports);
    return 'wrong';
  }
  chooseWorker(person_id);
  forgetSignedOut();
  return 'signed_in';
}

async function sendForm(
  said: { email: string; password: string },
  { base, fetch }: Ports,
): Promise<number> {
  const page = await fetch(`${base}/sign-in`, {
    cache: 'no-store',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const [, csrf_token = ''] = /name="csrf_token" value="([^"]+)"/.exec(await page.text()) ?? [];
  const { status } = await fetch(`${base}/sign-in`, {
    method: 'POST',
    body: new URLSearchParams({ ...said, csrf_token }),
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return status;
}
