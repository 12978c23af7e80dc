import { expect, test } from 'vitest';
import { openSession } from '../../pwa/src/sync/open_session.ts';
import type { Session } from '../../pwa/src/sync/session.ts';
import { signOut } from '../../pwa/src/sync/sign_out.ts';
import { PERSON, tap } from './tablet.ts';
import { begin, log, ports, row, server, sync, until } from './with_server.ts';

test('without a session nothing is lost, and after sign-in it goes by itself', async () => {
  server.signed_in = null;
  await log.append([tap()]);
  begin();
  await until({ network: 'sign-in', on_tablet: 1 });
  server.signed_in = PERSON;
  sync?.nudge();
  await until({ network: 'online', on_tablet: 0 });
});

test('an enrolled tablet delivers after its session has ended', async () => {
  begin();
  await until({ network: 'online' });
  server.signed_in = null;
  await log.append([tap()]);
  begin();
  await until({ network: 'sign-in', on_tablet: 0, sent: 1 });
});

test('a tablet whose enrolment went unanswered delivers after its session has ended', async () => {
  await log.append([tap()]);
  server.fault = (path) => (path === '/api/v1/sync/streams' ? 'drop-answer-after-commit' : null);
  begin();
  await until({ network: 'offline', on_tablet: 1 });
  expect(server.streams.size).toBe(1);
  sync?.stop();
  server.fault = () => null;
  server.signed_in = null;
  begin();
  await until({ network: 'sign-in', on_tablet: 0, sent: 1 });
});

test('a colleague who signed in gets neither this stream nor these names', async () => {
  server.signed_in = 'somebody-else';
  server.changes = { '': { cursor: 'c1', items: [row('7b')] } };
  await log.append([tap()]);
  begin();
  await until({ attention: { code: 'other-person', text: null }, on_tablet: 1 });
  expect(server.streams.size).toBe(0);
  expect(await log.reference.all('class')).toEqual([]);
});

test('the app opens offline with the account that was used last', async () => {
  expect((await openSession(ports)).session).toMatchObject({
    person_id: PERSON,
    csrf_token: 'csrf-1',
  });
  server.fault = () => 'drop';
  const opened = await openSession(ports);
  expect(opened).toMatchObject({
    network: 'offline',
    session: { person_id: PERSON, csrf_token: null },
  });
});

test('who opened the app without a network can sign out when there is one', async () => {
  await openSession(ports);
  server.fault = () => 'drop';
  const { session } = await openSession(ports);
  expect(session?.csrf_token).toBeNull();
  expect(await signOut(session as Session, ports)).toBe(false);
  server.fault = () => null;
  expect(await signOut(session as Session, ports)).toBe(true);
  expect(server.signed_in).toBeNull();
  expect((await openSession(ports)).accounts).toEqual([]);
});

test('signing out where the session has ended already forgets the account', async () => {
  const { session } = await openSession(ports);
  server.signed_in = null;
  expect(await signOut(session as Session, ports)).toBe(true);
  expect((await openSession(ports)).session).toBeNull();
});

test('signing out ends nobody else’s session', async () => {
  const { session } = await openSession(ports);
  server.signed_in = 'somebody-else';
  expect(await signOut(session as Session, ports)).toBe(true);
  expect(server.signed_in).toBe('somebody-else');
});

test('a tablet that nobody used asks to sign in', async () => {
  server.signed_in = null;
  expect(await openSession(ports)).toEqual({ session: null, network: 'sign-in', accounts: [] });
});
