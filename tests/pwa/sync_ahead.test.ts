import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readMark } from '../../pwa/src/log/read.ts';
import { beginLog } from '../../pwa/src/log/streams.ts';
import { begin, endOf } from '../../pwa/src/machine/ask.ts';
import type { Script } from '../../pwa/src/machine/effect.ts';
import { type Port, perform } from '../../pwa/src/machine/perform.ts';
import { type SyncHandle, startSync } from '../../pwa/src/sync/sync.ts';
import { PERSON, tap, taps } from './tablet.ts';
import { log, ports, SESSION, server } from './with_server.ts';

let sync: SyncHandle | null = null;
/** What of a batch was done, in its order. */
let done: ('opened' | 'sent' | 'answered')[];

beforeEach(() => {
  done = [];
});

afterEach(() => {
  sync?.stop();
  sync = null;
});

function send(underway = log.underway): void {
  const { port } = log;
  const heard: Port = (effect) => {
    if (effect.port === 'platform' && effect.ask === 'open') done.push('opened');
    return port(effect);
  };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (!String(input).endsWith('/push')) return globalThis.fetch(input, init);
    done.push('sent');
    const response = await globalThis.fetch(input, init);
    // A server is slower than this one.
    await new Promise((resolve) => setTimeout(resolve, 100));
    done.push('answered');
    return response;
  };
  sync = startSync({ ...log, port: heard, underway }, SESSION, { ...ports, fetch });
}

async function untilSent(count: number): Promise<void> {
  await vi.waitFor(() => expect(sync?.status.value).toMatchObject({ sent: count, on_tablet: 0 }), {
    timeout: 8_000,
  });
}

test('the next batch is opened while the one before it is on its way', async () => {
  server.limits = { ...server.limits, max_entries: 100 };
  const made = taps(250);
  await log.append(made);
  send();
  await untilSent(250);
  const at_first_answer = done.slice(0, done.indexOf('answered'));
  expect(at_first_answer.filter((one) => one === 'opened')).toHaveLength(2);
  const pushes = done.filter((one) => one !== 'opened');
  expect(pushes).toEqual([1, 2, 3].flatMap(() => ['sent', 'answered']));
  expect(server.bodies()).toEqual(made.map((one) => one.body));
});

test('what was made ready does not go out where the answer before it was not the expected one', async () => {
  server.limits = { ...server.limits, max_entries: 100 };
  await log.append(taps(250));
  let pushes = 0;
  server.fault = (path) => {
    if (!path.endsWith('/push')) return null;
    pushes += 1;
    return pushes === 1 ? 'drop-answer-after-commit' : null;
  };
  send();
  await untilSent(250);
  const firsts = server.seen
    .filter((one) => one.path.endsWith('/push'))
    .map((one) => one.json.from_seq);
  // The second goes out when the server was asked where it stands, and had the first.
  expect(firsts.slice(0, 2)).toEqual([1, 101]);
  const between = server.paths().slice(server.paths().findIndex((path) => path.endsWith('/push')));
  expect(between[1]).toMatch(/hello/);
  const { acknowledged_through } = await log.perform(readMark());
  expect(acknowledged_through).toBe(250);
});

test('background work waits for a tap that is on its way to the disk', async () => {
  let land = (): void => undefined;
  const tapping = new Promise<void>((resolve) => {
    land = resolve;
  });
  await log.append([tap()]);
  let tap_underway: Promise<void> | null = tapping;
  send(() => tap_underway);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(server.paths()).toEqual([]);
  tap_underway = null;
  land();
  await untilSent(1);
});

test('a script that goes on beside another ends where it is asked for, well or badly', async () => {
  function* double(value: number): Script<number> {
    yield { port: 'clock', ask: 'read' };
    if (value < 0) throw new RangeError('below nothing');
    return 2 * value;
  }
  function* both(): Script<unknown> {
    const [one, other] = [yield* begin(double(4)), yield* begin(double(-1))];
    const doubled = yield* endOf(one);
    try {
      return [doubled, yield* endOf(other)];
    } catch (cause) {
      return [doubled, (cause as Error).message];
    }
  }
  expect(await perform(both(), () => Promise.resolve())).toEqual([8, 'below nothing']);
});

test('where the log is begun anew, nothing in the journal counts as taken any more', async () => {
  const settled: unknown[] = [];
  const port: Port = (effect) => {
    if (effect.port !== 'journal') return log.port(effect);
    return effect.ask === 'settle' ? void settled.push(effect.entry_ids) : [];
  };
  await perform(beginLog(), port);
  expect(settled).toEqual([]);
  log.close();
  await deleteDB(`noticing-${PERSON}`);
  await perform(beginLog(), port);
  expect(settled).toEqual([null]);
});
