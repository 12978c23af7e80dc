import { type Account, rememberAccount, rememberedAccounts } from '../log/accounts.ts';
import { perform } from '../machine/perform.ts';
import type { Session } from './session.ts';
import { endSession } from './sign_out.ts';
import { forgetSignedOut, is_signed_out } from './signed_out.ts';
import type { Network } from './status.ts';
import { askWhoIAm, PATIENCE_MS } from './who_i_am.ts';
import { chosenWorker } from './worker.ts';
import { browserPorts, type Ports, sessionPort } from './world.ts';

export interface OpenedSession {
  /** null: nobody is known on this tablet; a network is needed once to sign in. */
  readonly session: Session | null;
  readonly network: Network;
  /** Accounts used on this tablet, most recent first. */
  readonly accounts: readonly Account[];
}

/** Somebody stands in a classroom door: what the tablet knows is enough to begin. */
const PATIENCE_WITH_MEMORY_MS = 2_500;

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

async function remember(session: Session): Promise<void> {
  const { person_id, display_name, tenant_id, tenant_name, roles } = session;
  const last_used_at = new Date().toISOString();
  await rememberAccount({ person_id, display_name, tenant_id, tenant_name, roles, last_used_at });
}
