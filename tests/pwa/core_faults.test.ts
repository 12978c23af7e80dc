import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Chance } from '../proof/simulate/tablets/chance.ts';
import { Ledger } from '../proof/simulate/tablets/ledger.ts';
import { Screen } from '../proof/simulate/tablets/screen.ts';
import { Tablet } from '../proof/simulate/tablets/tablet.ts';
import { World } from '../proof/simulate/tablets/world.ts';
import { CoreServer } from './core_server.ts';

/** One tablet of one person, in virtual time, with a server that keeps the rules. */
class Classroom {
  readonly world: World;
  readonly server = new CoreServer();
  readonly ledger: Ledger;
  readonly tablet: Tablet;
  readonly tabs: Screen[] = [];

  constructor(seed: number) {
    this.world = new World(Date.UTC(2026, 8, 1, 13), new Chance(seed));
    this.ledger = new Ledger(this.world);
    this.tablet = new Tablet('one', this.world, this.server);
    this.open();
  }

  get profile() {
    return this.tablet.profileOf('lee');
  }

  live(): Screen[] {
    return this.tabs.filter((tab) => tab.page.is_alive);
  }

  open(): void {
    const screen = new Screen(this.profile, this.tabs, this.ledger, this.server);
    this.tabs.push(screen);
    this.tablet.pages.push(screen.page);
  }

  tap(place: number, count: number): void {
    const tabs = this.live().filter((tab) => !tab.page.is_frozen);
    const draft = {
      author_id: 'lee',
      subject_id: 'visit',
      kind: 'item.marked',
      item_key: 'goal_visible',
      payload: {},
    };
    tabs[place % Math.max(1, tabs.length)]?.tap(Array.from({ length: count }, () => draft));
  }

  heal(): void {
    this.server.is_down = false;
    this.tablet.link.weather.clear();
    this.profile.forgetTroubles();
    for (const { page } of this.live()) {
      page.fuse = null;
      page.thaw();
    }
    if (this.live().length === 0) this.open();
    for (const { page } of this.live()) page.nudge();
    this.world.runFor(30_000);
  }
}

const where = fc.constantFrom('before' as const, 'after' as const, 'within' as const);
const weather = fc.constantFrom(
  'request_lost',
  'answer_lost',
  'doubled',
  'portal_json',
  'status_413',
  'slow',
);
const trouble = fc.constantFrom('torn', 'handle_lost', 'unheard', 'quota');

type Step = (classroom: Classroom) => void;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 4 })).map(
      ([at, n]): Step =>
        (room) =>
          room.tap(at, n),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 40_000 }).map(
      (ms): Step =>
        (room) =>
          room.world.runFor(ms),
    ),
  },
  fc.tuple(fc.integer({ min: 1, max: 25 }), where).map(
    ([effects, how]): Step =>
      (room) => {
        const page = room.live()[0]?.page;
        if (page) page.fuse = { effects, where: how };
      },
  ),
  fc.constant<Step>((room) => room.tablet.killBrowser()),
  fc.constant<Step>((room) => room.tablet.cutPower()),
  fc.constant<Step>((room) => room.open()),
  fc.constant<Step>((room) => room.live()[0]?.page.freeze()),
  fc.tuple(trouble, fc.integer({ min: 1, max: 3 })).map(
    ([what, n]): Step =>
      (room) => {
        room.profile.bring(...Array.from({ length: n }, () => what));
      },
  ),
  fc.constant<Step>((room) => {
    room.profile.is_full = true;
  }),
  weather.map(
    (what): Step =>
      (room) =>
        void room.tablet.link.weather.set(what, 0.7),
  ),
  fc.boolean().map(
    (is_down): Step =>
      (room) => {
        room.server.is_down = is_down;
      },
  ),
  fc.integer({ min: -3.2e11, max: 3.2e11 }).map(
    (ms): Step =>
      (room) => {
        room.tablet.wall_offset_ms = ms;
      },
  ),
);

test('a tap with a dot comes to the server once, in its place, whatever happens to its tablet on the way', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(step, { minLength: 5, maxLength: 40 }), (seed, steps) => {
      const room = new Classroom(seed);
      room.world.runFor(1_000);
      for (const each of steps) each(room);
      room.heal();
      expect(room.ledger.violations).toEqual([]);
      const bodies = room.server.bodies();
      for (const tap of room.ledger.taps.values()) {
        const times = bodies.filter((body) => body === tap.made.body).length;
        if (tap.dotted_at !== null || tap.checked_at !== null) expect(times).toBe(1);
      }
      expect(bodies.every((body) => room.ledger.taps.has(JSON.parse(body).entry_id))).toBe(true);
    }),
    { numRuns: 300 },
  );
});
