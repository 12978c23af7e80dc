import { openDB } from 'idb';
import { expect, test, vi } from 'vitest';
import { readMark } from '../../pwa/src/log/read.ts';
import { PERSON, tap, taps, VISIT } from './tablet.ts';
import { begin, log, server, sync, until } from './with_server.ts';

test('a cloned tablet sees no check of its twin on its own taps, and sends them in a stream of its own', async () => {
  const made = taps(3);
  await log.append(made.slice(0, 1));
  begin();
  await until({ sent: 1 });
  const { stream_id } = await log.perform(readMark());
  server.streams.get(stream_id)?.bodies.set(2, tap().body);
  sync?.stop();
  await log.append(made.slice(1));
  begin();
  await until({ attention: null, on_tablet: 0, network: 'online' });
  const mark = await log.perform(readMark());
  expect(mark.stream_id).not.toBe(stream_id);
  const sent = [...(server.streams.get(mark.stream_id)?.bodies.values() ?? [])];
  expect(sent).toEqual(expect.arrayContaining(made.slice(1).map((one) => one.body)));
  const states = (await log.entriesOf(VISIT)).map((one) => one.state);
  expect(states).toEqual(['check', 'check', 'check']);
});

test('a cloned tablet sends again what had its check when a restored server has its twin’s there', async () => {
  const made = taps(3);
  await log.append(made.slice(0, 2));
  begin();
  await until({ sent: 2 });
  const { stream_id } = await log.perform(readMark());
  for (const seq of [2, 3]) server.streams.get(stream_id)?.bodies.set(seq, tap().body);
  await log.append(made.slice(2));
  await vi.waitFor(
    () => expect(server.bodies()).toEqual(expect.arrayContaining(made.map((one) => one.body))),
    { timeout: 8_000 },
  );
});

test('a tablet restored from an older image never gives a number a second time', async () => {
  await log.append([tap()]);
  begin();
  await until({ sent: 1 });
  const { stream_id } = await log.perform(readMark());
  server.streams.get(stream_id)?.bodies.set(2, tap().body);
  begin();
  await until({ attention: null, on_tablet: 0 });
  const [written] = await log.append([tap()]);
  expect(written?.stream_id).not.toBe(stream_id);
  await until({ on_tablet: 0 });
});

test('a stream that the server knows with another key goes on in a new one', async () => {
  const made = taps(2);
  await log.append(made);
  const { stream_id } = await log.perform(readMark());
  server.streams.set(stream_id, { public_key: { x: 'another' }, bodies: new Map() });
  begin();
  await until({ on_tablet: 0, attention: null, network: 'online' });
  expect((await log.perform(readMark())).stream_id).not.toBe(stream_id);
  expect(server.bodies()).toEqual(made.map((one) => one.body));
});

test('a stream that is refused does not hold up the others', async () => {
  await log.append([tap()]);
  const { stream_id } = await log.perform(readMark());
  const database = await openDB(`noticing-${PERSON}`);
  await database.delete('meta', 'stream');
  database.close();
  await log.append([tap()]);
  server.fault = (path, { json }) =>
    path.endsWith('/streams') && json.stream_id === stream_id ? { status: 403 } : null;
  begin();
  await until({ on_tablet: 1, sent: 1, attention: { code: 'refused', text: 'Detail of fault.' } });
});
