import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { NetRequest } from '../../pwa/src/machine/effect.ts';
import { Chance } from '../proof/simulate/tablets/chance.ts';
import { Ledger } from '../proof/simulate/tablets/ledger.ts';
import { Screen } from '../proof/simulate/tablets/screen.ts';
import type { Served } from '../proof/simulate/tablets/server.ts';
import { Tablet } from '../proof/simulate/tablets/tablet.ts';
import { World } from '../proof/simulate/tablets/world.ts';
import { CoreServer } from './core_server.ts';

const MINUTES = 60_000;

/** Behind a network on which nobody hears of what is longer than that, neither the server nor the tablet. */
class FarServer extends CoreServer {
  readonly sizes: number[] = [];
  most = 60;
  #tablet: Tablet | null = null;

  stand(tablet: Tablet): void {
    this.#tablet = tablet;
  }

  override serve(browser: string, request: NetRequest): Served | null {
    const count = countBodies(request);
    if (count > 0) this.sizes.push(count);
    if (count <= this.most) {
      this.#tablet?.link.weather.clear();
      return super.serve(browser, request);
    }
    this.#tablet?.link.weather.set('answer_lost', 1);
    return { status: 200, headers: {}, text: '' };
  }
}

function countBodies({ path, body }: NetRequest): number {
  if (!path.endsWith('/push')) return 0;
  return JSON.parse(gunzipSync(body as Uint8Array).toString()).bodies.length;
}

test('a push that is not answered in time is halved until it gets through, and grows again', () => {
  const world = new World(Date.UTC(2026, 8, 1, 13), new Chance(1));
  const server = new FarServer();
  const tablet = new Tablet('one', world, server);
  const ledger = new Ledger(world);
  const tabs: Screen[] = [];
  server.stand(tablet);
  const screen = new Screen(tablet.profileOf('lee'), tabs, ledger, server);
  tabs.push(screen);
  tablet.pages.push(screen.page);
  world.runFor(1_000);

  tapTimes(screen, 250);
  world.runFor(30 * MINUTES);
  expect(server.sizes.slice(0, 7)).toEqual([250, 125, 62, 31, 39, 49, 62]);
  expect(server.bodies()).toHaveLength(250);
  expect([...ledger.taps.values()].filter((tap) => tap.checked_at === null)).toEqual([]);

  server.most = Number.POSITIVE_INFINITY;
  server.sizes.length = 0;
  for (let times = 0; times < 12; times += 1) {
    tapTimes(screen, 100);
    world.runFor(MINUTES);
  }
  expect(Math.max(...server.sizes)).toBe(100);
  expect(server.bodies()).toHaveLength(250 + 1_200);
  expect(ledger.violations).toEqual([]);
});

function tapTimes(screen: Screen, times: number): void {
  const draft = {
    author_id: 'lee',
    subject_id: 'visit',
    kind: 'item.marked',
    item_key: 'goal_visible',
    payload: {},
  };
  screen.tap(Array.from({ length: times }, () => draft));
}
