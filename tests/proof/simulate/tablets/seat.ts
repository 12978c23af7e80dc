import { writeTime } from '../../../../pwa/src/entry/clock.ts';
import type { EntryDraft } from '../../../../pwa/src/entry/entry.ts';
import type { LoggedEntry } from '../../../../pwa/src/log/log.ts';
import type { Ledger } from './ledger.ts';
import { photograph } from './photos.ts';
import type { Profile } from './profile.ts';
import { Screen } from './screen.ts';
import type { Server } from './server.ts';
import type { Visit } from './visit.ts';
import { planFinish, planShare, planTaps } from './visit.ts';

/** One person at one tablet: she opens the app, taps, finishes, shares, and opens it again when it died. */
export class Seat {
  readonly who: string;
  readonly profile: Profile;
  readonly tabs: Screen[] = [];
  /** In the order in which she turns to them where this tablet knows them; the last is her own here. */
  readonly visits: Visit[];
  readonly #ledger: Ledger;
  readonly #server: Server;
  #shares = 0;

  constructor(who: string, profile: Profile, visits: Visit[], ledger: Ledger, server: Server) {
    this.who = who;
    this.profile = profile;
    this.visits = visits;
    this.#ledger = ledger;
    this.#server = server;
  }

  get name(): string {
    return `${this.profile.tablet.name}/${this.who}`;
  }

  openTab(): Screen {
    const screen = new Screen(this.profile, this.tabs, this.#ledger, this.#server);
    this.tabs.push(screen);
    this.profile.tablet.pages.push(screen.page);
    return screen;
  }

  liveTabs(): Screen[] {
    return this.tabs.filter((tab) => tab.page.is_alive);
  }

  tapSome(count: number): void {
    this.#withVisit((screen, visit, known) => {
      const { chance } = this.profile.world;
      if (!has_start(known, visit)) return void screen.tap([visit.start]);
      const drafts = planTaps(visit, known, count, chance);
      this.#tapInTurn(screen, drafts);
    });
  }

  finish(): void {
    this.#withVisit((screen, visit, known) => {
      if (!has_start(known, visit)) return;
      const clock = screen.page.readClock();
      const ended_at = writeTime(clock.wall_ms, clock.offset_minutes);
      screen.tap([planFinish(visit, clock, ended_at)]);
    });
  }

  share(): void {
    this.#withVisit((screen, visit, known) => {
      const evidence = known.filter(
        (one) => one.entry.item_key !== null && one.state !== 'set_aside',
      );
      if (!has_start(known, visit) || evidence.length === 0) return;
      this.#shares += 1;
      const cited = evidence.map((one) => one.entry.entry_id);
      screen.tap([planShare(visit, cited, this.#shares)]);
    });
  }

  #tapInTurn(screen: Screen, drafts: readonly EntryDraft[]): void {
    const { world } = this.profile;
    let at = 0;
    for (const draft of drafts) {
      world.after(at, () => {
        if (screen.page.is_alive && !screen.page.is_frozen) this.#tapOne(screen, draft);
      });
      at += world.chance.happens(0.5)
        ? 0
        : world.chance.fraction() * (world.chance.happens(0.1) ? 2_500 : 200);
    }
  }

  #tapOne(screen: Screen, draft: EntryDraft): void {
    screen.tap([draft]);
    if (draft.kind !== 'photo.intended') return;
    const { taken, picture } = photograph(draft, this.profile.world.chance);
    screen.takePhoto(taken, picture);
  }

  #withVisit(then: (screen: Screen, visit: Visit, known: LoggedEntry[]) => void): void {
    const { chance } = this.profile.world;
    if (this.profile.platform.is_locked) return;
    const tabs = this.liveTabs().filter((tab) => !tab.page.is_frozen && tab.is_begun);
    if (tabs.length === 0) return;
    const screen = chance.pick(tabs);
    const choose = (place: number) => {
      const visit = this.visits[place] as Visit;
      screen.read(visit.subject_id, (known) => {
        if (!has_start(known, visit) && place + 1 < this.visits.length) choose(place + 1);
        else then(screen, visit, known);
      });
    };
    choose(0);
  }
}

function has_start(known: readonly LoggedEntry[], visit: Visit): boolean {
  return known.some(
    (one) => one.entry.kind === 'observation.started' && one.entry.subject_id === visit.subject_id,
  );
}
