import * as v from 'valibot';
import { expect, test } from 'vitest';
import { perform } from '../../pwa/src/machine/perform.ts';
import { ask } from '../../pwa/src/sync/answer.ts';
import { browserPorts, sessionPort } from '../../pwa/src/sync/world.ts';

const OURS = { 'Noticing-Sync': '1', 'Noticing-Nonce': 'n1' };

function asked(status: number, headers: Record<string, string>, body: unknown = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const fetch = async () => new Response(text, { status, headers });
  const question = {
    path: '/api/v1/sync/hello',
    nonce: 'n1',
    schema: v.looseObject({ mark: v.number() }),
    timeout_ms: 1_000,
  };
  return perform(ask(question), sessionPort({ ...browserPorts, fetch }));
}

test.each([408, 425, 429, 500, 502, 503])('status %i means: again later', async (status) => {
  expect(await asked(status, OURS)).toMatchObject({ outcome: 'retry', is_ours: true });
  expect(await asked(status, {})).toMatchObject({ outcome: 'retry', is_ours: false });
});

test.each([
  ['60', 60_000],
  ['99999', 300_000],
  ['soon', 0],
  ['-5', 0],
] as const)('a pause of %s is kept, and never for hours', async (retry_after, not_before_ms) => {
  const headers = { ...OURS, 'Retry-After': retry_after };
  expect(await asked(429, headers)).toMatchObject({ outcome: 'retry', not_before_ms });
});

test('401 means sign in, but only from our server', async () => {
  expect(await asked(401, OURS)).toEqual({ outcome: 'sign-in' });
  expect(await asked(401, {})).toMatchObject({ outcome: 'retry', is_ours: false });
});

test('413 means smaller, from a proxy too', async () => {
  expect(await asked(413, {})).toEqual({ outcome: 'smaller' });
});

test.each([400, 403, 404, 409, 410, 415, 422])(
  'status %i is an answer, never a deletion',
  async (status) => {
    const problem = { code: 'stream-taken', title: 'In use', detail: 'Start a new stream.' };
    expect(await asked(status, OURS, problem)).toEqual({
      outcome: 'refused',
      code: 'stream-taken',
      text: 'Start a new stream.',
    });
  },
);

test.each([
  ['no header of ours', {}, { mark: 1 }],
  ['the nonce of another request', { ...OURS, 'Noticing-Nonce': 'n2' }, { mark: 1 }],
  ['not JSON', OURS, '<h1>Welcome</h1>'],
  ['JSON of another shape', OURS, { mark: 'one' }],
])('a 200 with %s counts as no answer', async (_, headers, body) => {
  expect(await asked(200, headers as Record<string, string>, body)).toMatchObject({
    outcome: 'retry',
    is_ours: false,
  });
});

test('an answer may hold more than this version knows', async () => {
  expect(await asked(200, OURS, { mark: 7, later: true })).toMatchObject({
    outcome: 'answered',
    body: { mark: 7 },
  });
});
