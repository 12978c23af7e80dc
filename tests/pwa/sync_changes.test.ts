import { deleteDB } from 'idb';
import { expect, test, vi } from 'vitest';
import { readMeta, writeMeta } from '../../pwa/src/log/meta.ts';
import { PERSON, receive } from './tablet.ts';
import { begin, log, row, server, sync, until } from './with_server.ts';

test('people and classes are fetched page by page and kept', async () => {
  server.changes = {
    '': { cursor: 'c1', more: true, items: [row('7b')] },
    c1: { cursor: 'c2', items: [row('7c')] },
  };
  begin();
  await until({ network: 'online' });
  expect(await log.reference.all('class')).toEqual([{ class_id: '7b' }, { class_id: '7c' }]);
  expect(await log.perform(readMeta('cursor'))).toBe('c2');
});

test('an item of a later version is noted and does not hold up the rest', async () => {
  const broken = { what: 'entry', stream_id: 's', stream_seq: 1, body: '{"entry_' };
  server.changes = { '': { cursor: 'c1', items: [{ what: 'hologram' }, broken, row('7b')] } };
  begin();
  await until({ network: 'online' });
  expect(await log.reference.all('class')).toEqual([{ class_id: '7b' }]);
});

test('after a reset the tablet starts over, and keeps its names until the new ones are here', async () => {
  server.changes = { '': { cursor: 'old', items: [row('7b')] } };
  begin();
  await until({ network: 'online' });
  server.changes = {
    old: { reset: true, cursor: '' },
    '': { cursor: 'n1', more: true, items: [row('8a')] },
    n1: { cursor: 'n2', items: [row('8b')] },
  };
  let asked = 0;
  server.fault = (path) => (path.endsWith('/changes') && ++asked === 3 ? 'drop' : null);
  sync?.nudge();
  await until({ network: 'offline' });
  expect(await log.reference.all('class')).toEqual([{ class_id: '7b' }]);
  sync?.nudge();
  await until({ network: 'online' });
  expect(await log.reference.all('class')).toEqual([{ class_id: '8a' }, { class_id: '8b' }]);
});

test('a tablet that fetches everything anew keeps nothing that a restored server no longer has', async () => {
  server.changes = { '': { cursor: 'old', items: [row('7b')] } };
  begin();
  await until({ network: 'online' });
  // As after its stream turned out to be a copy's.
  await receive(log, { items: [], cursor: '' });
  server.changes = { '': { cursor: 'new', items: [row('8a')] } };
  sync?.nudge();
  await vi.waitFor(async () => {
    expect(await log.reference.all('class')).toEqual([{ class_id: '8a' }]);
  });
});

test('a tablet that never heard what was withdrawn fetches everything once more, and only once', async () => {
  server.changes = { '': { cursor: 'old', items: [row('7b')] } };
  begin();
  await until({ network: 'online' });
  // As a version left it that took no note of it.
  await log.perform(writeMeta('withdrawn', undefined));
  server.changes = { '': { cursor: 'new', items: [row('8a')] } };
  sync?.nudge();
  await vi.waitFor(async () => {
    expect(await log.reference.all('class')).toEqual([{ class_id: '8a' }]);
  });
  expect(await log.perform(readMeta('withdrawn'))).toMatchObject({ subjects: [] });
  server.changes = {
    '': { cursor: 'other', items: [row('9a')] },
    new: { cursor: 'new2', items: [row('8b')] },
  };
  sync?.nudge();
  await vi.waitFor(async () => {
    expect(await log.reference.all('class')).toEqual([{ class_id: '8a' }, { class_id: '8b' }]);
  });
});

test('what was on its way while the tablet lost its database is fetched from the beginning', async () => {
  server.changes = { '': { cursor: 'c1', items: [row('7a')] } };
  begin();
  await until({ network: 'online' });
  server.changes = {
    '': { cursor: 'c2', items: [row('7a'), row('7b')] },
    c1: { cursor: 'c2', items: [row('7b')] },
  };
  let is_lost = false;
  server.fault = async (path) => {
    if (path.endsWith('/changes') && !is_lost) await deleteDB(`noticing-${PERSON}`);
    is_lost ||= path.endsWith('/changes');
    return null;
  };
  sync?.nudge();
  await vi.waitFor(
    async () => {
      expect(await log.reference.all('class')).toEqual([{ class_id: '7a' }, { class_id: '7b' }]);
    },
    { timeout: 8_000 },
  );
});

test('what is withdrawn in the middle of starting over does not slip in', async () => {
  server.changes = { '': { cursor: 'old' } };
  begin();
  await until({ network: 'online' });
  server.changes = {
    old: { reset: true, cursor: '' },
    '': { cursor: 'n1', more: true, items: [row('withdrawn')] },
    n1: { reset: true, cursor: '', items: [row('8a')] },
  };
  sync?.nudge();
  await until({ attention: { code: 'server-trouble', text: null } });
  server.changes = { old: { reset: true, cursor: '' }, '': { cursor: 'm1', items: [row('8a')] } };
  sync?.nudge();
  await until({ attention: null });
  expect(await log.reference.all('class')).toEqual([{ class_id: '8a' }]);
});
