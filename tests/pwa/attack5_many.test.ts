import { expect, test, vi } from 'vitest';
import { taps, tap } from './tablet.ts';
import { begin, log, server, sync, until } from './with_server.ts';
function covers(json: any, seq: number): boolean {
  const count = (json?.bodies ?? []).length;
  return json?.from_seq <= seq && seq < json.from_seq + count;
}
const there = () => [...server.streams.values()].flatMap(({ bodies }) => [...bodies.keys()]).sort((a, b) => a - b);
test('G many bad ones at the front: how many rounds until the good ones are there', async () => {
  await log.append(taps(30));
  const hurt = Array.from({ length: 20 }, (_, i) => i + 1);
  server.fault = (path, { json }) => {
    if (path.endsWith('/chunk')) return hurt.includes(json.stream_seq) ? { status: 500 } : null;
    return path.endsWith('/push') && hurt.some((seq) => covers(json, seq)) ? { status: 500 } : null;
  };
  begin();
  await until({ on_tablet: 30 });
  let rounds = 0;
  const log_: string[] = [];
  while (there().length < 10 && rounds < 40) {
    const hellos = server.seen.filter((one) => one.path.endsWith('/hello')).length;
    sync?.nudge();
    await vi.waitFor(() => expect(server.seen.filter((one) => one.path.endsWith('/hello')).length).toBeGreaterThan(hellos), { timeout: 8000 });
    await until({});
    rounds += 1;
    log_.push(`${rounds}:${there().length}`);
  }
  console.log('rounds', rounds, log_.join(' '));
  const before = server.seen.length;
  await log.append([tap()]);
  await vi.waitFor(() => expect(there()).toContain(31), { timeout: 25_000 }).catch(() => undefined);
  console.log('requests for one more tap', there().length, server.seen.slice(before).map((o) => o.path.split('/').at(-1) + (/push|chunk/.test(o.path) ? (o.json.from_seq ?? o.json.stream_seq) : '')).join(' '));
  expect(there()).toContain(31);
}, 60_000);
