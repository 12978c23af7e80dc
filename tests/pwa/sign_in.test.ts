import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { signIn } from '../../pwa/src/sync/sign_in.ts';
import { chosenWorker } from '../../pwa/src/sync/worker.ts';
import { browserPorts, type Ports } from '../../pwa/src/sync/world.ts';
import { SyncServer } from './sync_server.ts';
import { PERSON } from './tablet.ts';

const SAID = { email: 'lee@demo.example', password: 'a good password' };
const FORM = '<form method="post"><input type="hidden" name="csrf_token" value="form-1"></form>';

let server: SyncServer;
let ports: Ports;
let opens: string | null;
let status: number;
const sent = vi.fn();

beforeEach(async () => {
  sent.mockReset();
  [opens, status] = [PERSON, 303];
  server = new SyncServer();
  const base = await server.start();
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  ports = { ...browserPorts, base, fetch: (input, init) => answer(String(input), init) };
});

afterEach(() => {
  server.stop();
  vi.unstubAllGlobals();
});

async function answer(path: string, init?: RequestInit): Promise<Response> {
  if (!path.endsWith('/sign-in')) return fetch(path, init);
  if (init?.method !== 'POST') return new Response(FORM);
  sent(Object.fromEntries(init.body as URLSearchParams));
  if (status === 303) server.signed_in = opens;
  return new Response(null, { status });
}

test('her password begins her session without leaving the app', async () => {
  expect(await signIn(PERSON, SAID, ports)).toBe('signed_in');
  expect(sent).toHaveBeenCalledWith({ ...SAID, csrf_token: 'form-1' });
  expect(server.signed_in).toBe(PERSON);
  expect(chosenWorker()).toBe(PERSON);
});

test('a colleague’s session gives way to hers', async () => {
  server.signed_in = 'somebody-else';
  expect(await signIn(PERSON, SAID, ports)).toBe('signed_in');
  expect(server.paths()).toContain('POST /sign-out');
  expect(server.signed_in).toBe(PERSON);
});

test('somebody else’s password leaves nobody signed in here', async () => {
  opens = 'somebody-else';
  expect(await signIn(PERSON, SAID, ports)).toBe('wrong');
  expect(server.signed_in).toBeNull();
  expect(chosenWorker()).toBeNull();
});

test('a wrong password is told apart from a server that cannot be asked', async () => {
  status = 422;
  expect(await signIn(PERSON, SAID, ports)).toBe('wrong');
  status = 429;
  expect(await signIn(PERSON, SAID, ports)).toBe('failed');
  server.fault = () => 'drop';
  sent.mockReset();
  expect(await signIn(PERSON, SAID, ports)).toBe('failed');
  expect(sent).not.toHaveBeenCalled();
});
