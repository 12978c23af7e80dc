import {
  type Account,
  forgetAccount,
  rememberAccount,
  rememberedAccounts,
} from '../log/accounts.ts';
import { renewReading } from '../log/lease.ts';
import type { Script } from '../machine/effect.ts';
import { perform } from '../machine/perform.ts';
import { expectAnswer } from './answer.ts';
import type { Conversation } from './conversation.ts';
import { insistOnPassword } from './password_first.ts';
import { forgetSignedOut, is_signed_out } from './signed_out.ts';
import type { Network } from './status.ts';
import { askWhoIAm } from './who_i_am.ts';
import { chosenWorker } from './worker.ts';
import { browserPorts, type Ports, sessionPort } from './world.ts';

export { chooseWorker } from './worker.ts';

/** Who works on this tablet now. */
export interface Session {
  readonly person_id: string;
  readonly display_name: string;
  readonly tenant_id: string;
  readonly tenant_name: string;
  readonly roles: readonly string[];
  /** null where the tablet's memory said who it is, not the server. */
  readonly csrf_token: string | null;
}

export interface OpenedSession {
  /** null: nobody is known on this tablet; a network is needed once to sign in. */
  readonly session: Session | null;
  readonly network: Network;
  /** Accounts used on this tablet, most recent first. */
  readonly accounts: readonly Account[];
}

export function is_observer(roles: readonly string[]): boolean {
  return roles.includes('coach') || roles.includes('principal');
}

const PATIENCE_MS = 10_000;
/** Somebody stands in a classroom door: what the tablet knows is enough to begin. */
const PATIENCE_WITH_MEMORY_MS = 2_500;

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

export async function openSession(ports: Ports = browserPorts): Promise<OpenedSession> {
  const accounts = await rememberedAccounts();
  const patience = accounts.length > 0 ? PATIENCE_WITH_MEMORY_MS : PATIENCE_MS;
  const answer = await perform(askWhoIAm(patience), sessionPort(ports));
  const chosen = accounts.find((one) => one.person_id === chosenWorker());
  const is_handed_over =
    answer.outcome === 'answered' && chosen && chosen.person_id !== answer.body.person_id;
  if (answer.outcome === 'answered' && is_handed_over) {
    // Whoever has the tablet now must not find her pages open.
    await endSession(answer.body, ports);
  } else if (answer.outcome === 'answered') {
    const session = answer.body;
    await remember(session);
    forgetSignedOut();
    return { session, network: 'online', accounts: await rememberedAccounts() };
  }
  const known = is_signed_out() ? undefined : (chosen ?? accounts[0]);
  return {
    session: known ? { ...known, csrf_token: null } : null,
    network: is_handed_over || answer.outcome === 'sign-in' ? 'sign-in' : 'offline',
    accounts,
  };
}

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

async function endSession({ csrf_token }: Session, ports: Ports): Promise<boolean> {
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

async function remember(session: Session): Promise<void> {
  const { person_id, display_name, tenant_id, tenant_name, roles } = session;
  const last_used_at = new Date().toISOString();
  await rememberAccount({ person_id, display_name, tenant_id, tenant_name, roles, last_used_at });
}
