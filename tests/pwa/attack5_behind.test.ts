import { expect, test, vi } from 'vitest';
import { taps, tap } from './tablet.ts';
import { begin, log, server, sync, until } from './with_server.ts';

function covers(json: any, seq: number): boolean {
  const count = (json?.bodies ?? json?.sealed?.bodies ?? []).length;
  return json?.from_seq <= seq && seq < json.from_seq + count;
}
const there = () => [...server.streams.values()].flatMap(({ bodies }) => [...bodies.keys()]).sort((a, b) => a - b);
const html = (status: number) => ({ status }) as const;

test.each(['drop', 'portal', 'redirect', 'wrong-nonce'] as const)(
  'C a filter on the way answers for the server (%s) whenever mark 3 is in it: the rest goes on', async (fault) => {
    await log.append(taps(6));
    server.fault = (path, { json }) => (path.endsWith('/push') && covers(json, 3) ? fault : null);
    begin();
    for (let i = 0; i < 12; i += 1) { sync?.nudge(); await new Promise((go) => setTimeout(go, 250)); }
    const pushes = server.seen.filter((one) => one.path.endsWith('/push')).map(({ json }) => [json.from_seq, json.bodies.length]);
    const hellos = server.seen.filter((one) => one.path.endsWith('/hello')).length;
    console.log(fault, 'there', there(), 'pushes', JSON.stringify(pushes.slice(0, 12)), 'chunks', server.seen.filter((one) => one.path.endsWith('/chunk')).length, 'hellos', hellos, JSON.stringify(sync?.status.value));
    expect(there()).toEqual(expect.arrayContaining([1, 2, 4, 5, 6]));
  }, 20_000);
