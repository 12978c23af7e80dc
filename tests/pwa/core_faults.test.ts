import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OwnRow } from '../../pwa/src/log/stores.ts';
import type { StoreName } from '../../pwa/src/machine/effect.ts';
import { Chance } from '../proof/simulate/tablets/chance.ts';
import { emptyImage, type Image, type Row } from '../proof/simulate/tablets/disk.ts';
import { Ledger, type Tap } from '../proof/simulate/tablets/ledger.ts';
import { Screen } from '../proof/simulate/tablets/screen.ts';
import { Tablet } from '../proof/simulate/tablets/tablet.ts';
import { World } from '../proof/simulate/tablets/world.ts';
import { CoreServer } from './core_server.ts';

const FOLDER = new URL('../golden/', import.meta.url);
const RELEASES = readdirSync(FOLDER)
  .map((name) => new URL(`${name}/device.json`, FOLDER))
  .filter(existsSync);

/** One tablet of one person, in virtual time, with a server that keeps the rules. */
class Classroom {
  readonly world: World;
  readonly server = new CoreServer();
  readonly ledger: Ledger;
  readonly tablet: Tablet;
  readonly tabs: Screen[] = [];

  /** `release`: where there is a log already, which an earlier version of the app has left. */
  constructor(seed: number, release: URL | null) {
    this.world = new World(Date.UTC(2026, 8, 1, 13), new Chance(seed));
    this.ledger = new Ledger(this.world);
    this.tablet = new Tablet('one', this.world, this.server);
    if (release) this.#putBack(release);
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

  /** The site's data are gone, under the open app; whatever had no check may be gone with them. */
  wipe(): void {
    this.profile.journal.records = [];
    this.profile.disk.wipe();
    for (const tap of this.ledger.taps.values()) tap.lost_with.push(this.profile);
  }

  #putBack(release: URL): void {
    const image = readImage(release);
    const rows = (image.get('entries') ?? []).map((row) => row.value as OwnRow);
    const meta = new Map(image.get('meta')?.map(({ key, value }) => [key, value]));
    const { stream_id, acknowledged_through } = meta.get('stream') as Stream;
    const stream = new Map<number, string>();
    for (const { stream_seq, body } of rows) {
      const made = { entry: JSON.parse(body as string), body: body as string };
      this.ledger.ring(this.profile, made).dotted_at = 0;
      if (stream_seq <= acknowledged_through) stream.set(stream_seq, made.body);
    }
    this.server.streams.set(stream_id, stream);
    meta.set('stream_key', this.profile.platform.answer({ port: 'platform', ask: 'make_key' }));
    const kept = [...meta].map(([key, value]) => ({ key, value }));
    this.profile.disk.putBack(new Map(image).set('meta', kept));
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

interface Stream {
  readonly stream_id: string;
  readonly acknowledged_through: number;
}

/** What lies in the log's stores. Those that the release did not have are empty, as after an update. */
function readImage(release: URL): Image {
  const kept = JSON.parse(readFileSync(release, 'utf8'));
  const { stores } = kept.databases.find(
    ({ name }: { name: string }) => name === `noticing-${kept.person_id}`,
  );
  return new Map([
    ...emptyImage(),
    ...stores.map(({ name, rows }: { name: StoreName; rows: Row[] }) => [name, rows] as const),
  ]);
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
  fc.constant<Step>((room) => room.wipe()),
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

const release = fc.constantFrom(null, ...RELEASES);

test('a tap with a dot comes to the server once, in its place, whatever happens to its tablet on the way', () => {
  expect(RELEASES).not.toEqual([]);
  fc.assert(
    fc.property(
      fc.nat(),
      release,
      fc.array(step, { minLength: 5, maxLength: 40 }),
      (seed, left_by, steps) => {
        const room = new Classroom(seed, left_by);
        room.world.runFor(1_000);
        for (const each of steps) each(room);
        room.heal();
        expect(room.ledger.violations).toEqual([]);
        const bodies = room.server.bodies();
        for (const tap of room.ledger.taps.values()) {
          const times = bodies.filter((body) => body === tap.made.body).length;
          if (is_safe(tap)) expect(times).toBeGreaterThanOrEqual(1);
          // What was tapped before all was wiped may come once more in a new stream: the real server knows it again.
          if (tap.lost_with.length === 0) expect(times).toBeLessThanOrEqual(1);
        }
        expect(bodies.every((body) => room.ledger.taps.has(JSON.parse(body).entry_id))).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

/** What was wiped before its check may be gone, and nothing else. */
function is_safe({ dotted_at, checked_at, lost_with }: Tap): boolean {
  return checked_at !== null || (dotted_at !== null && lost_with.length === 0);
}
