import { expect, test } from 'vitest';
import { nameRescueFile, writeRescueFile } from '../../pwa/src/vault/rescue_file.ts';

const MADE_AT = '2026-11-12T15:04:05.000-05:00';
const EMPTY = { streams: [], pushes: [], photos: [] };

test('a rescue file carries the very pushes, and nothing of the session', () => {
  const body = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
  const headers = {
    'noticing-stream': 's1',
    'Noticing-Nonce': 'n',
    'Noticing-Signature': 'g',
    'Content-Type': 'application/json',
    'Content-Encoding': 'gzip',
    Cookie: 'session=secret',
    'X-CSRFToken': 'secret',
  };
  const text = writeRescueFile(
    { ...EMPTY, pushes: [{ path: '/api/v1/sync/push', headers, body }] },
    MADE_AT,
  );
  const file = JSON.parse(text);
  expect(file).toMatchObject({ noticing_rescue: 1, made_at: MADE_AT });
  expect(file.pushes).toHaveLength(1);
  const [push] = file.pushes;
  expect(push.path).toBe('/api/v1/sync/push');
  expect(push.headers).toEqual({
    'Noticing-Stream': 's1',
    'Noticing-Nonce': 'n',
    'Noticing-Signature': 'g',
    'Content-Type': 'application/json',
    'Content-Encoding': 'gzip',
  });
  expect(new Uint8Array(Buffer.from(push.body, 'base64'))).toEqual(body);
  expect(text).not.toContain('secret');
});

test('the pushes keep their order: the later ones build on the earlier', () => {
  const pushes = ['a', 'b', 'c'].map((nonce) => ({
    path: '/api/v1/sync/push',
    headers: { 'Noticing-Nonce': nonce },
    body: new Uint8Array(),
  }));
  const file = JSON.parse(writeRescueFile({ ...EMPTY, pushes }, MADE_AT));
  expect(file.pushes.map((one: { headers: object }) => Object.values(one.headers))).toEqual([
    ['a'],
    ['b'],
    ['c'],
  ]);
});

test('its name says when it was made and not by whom', () => {
  expect(nameRescueFile(MADE_AT)).toBe('noticing-rescue-2026-11-12-1504.json');
});

test('photos lie beside the pushes, with the seal that opens them', () => {
  const seal = {
    'Noticing-Key-Id': 'k1',
    'Noticing-Sealed-Key': 'a',
    'Noticing-Sealed-Entry': 'b',
  };
  const photo = { path: '/api/v1/sync/photos/00', headers: { ...seal, Cookie: 'secret' } };
  const body = new Uint8Array([1, 2, 3]);
  const file = JSON.parse(writeRescueFile({ ...EMPTY, photos: [{ ...photo, body }] }, MADE_AT));
  expect(file.photos).toEqual([{ path: photo.path, headers: seal, body: 'AQID' }]);
});
