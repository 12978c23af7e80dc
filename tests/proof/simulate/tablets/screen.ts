import type { MadeEntry } from '../../../../pwa/src/entry/entry.ts';
import { type EntryDraft, makeEntry } from '../../../../pwa/src/entry/entry.ts';
import { adoptJournal, appendEntries } from '../../../../pwa/src/log/append.ts';
import { completeJournal } from '../../../../pwa/src/log/complete_journal.ts';
import type { LogChange, LoggedEntry } from '../../../../pwa/src/log/log.ts';
import { appendPhoto } from '../../../../pwa/src/log/photos.ts';
import { entriesOf } from '../../../../pwa/src/log/read.ts';
import { beginLog } from '../../../../pwa/src/log/streams.ts';
import type { Script } from '../../../../pwa/src/machine/effect.ts';
import { beginConversation } from '../../../../pwa/src/sync/conversation.ts';
import { keepInStep, type RoundTold } from '../../../../pwa/src/sync/loop.ts';
import type { Ledger, Tap } from './ledger.ts';
import { Page } from './page.ts';
import type { Picture } from './photos.ts';
import type { Profile } from './profile.ts';
import type { Committed } from './server.ts';

type Told = Omit<LogChange, 'from'> | RoundTold;

const TRIED_AGAIN_MS = 4_000;
/** So that small photos go in several parts. */
const PHOTO_PART_BYTES = 500;

/** What one person sees of her log in one tab: a ring when she taps, a dot when it is kept, a check when it has come. */
export class Screen {
  readonly page: Page;
  readonly profile: Profile;
  readonly #ledger: Ledger;
  readonly #server: Committed;
  readonly #tabs: readonly Screen[];
  /** What is shown as checked or set aside, so that only what is new is told. */
  readonly #shown = new Map<string, string>();
  #is_begun = false;
  /** It has seen to it that the journal has what only this tablet has. */
  has_completed = false;
  #is_looking = false;
  #looks_again = false;

  constructor(profile: Profile, tabs: readonly Screen[], ledger: Ledger, server: Committed) {
    this.profile = profile;
    this.page = new Page(profile);
    this.#tabs = tabs;
    this.#ledger = ledger;
    this.#server = server;
    this.page.onTell = (tell) => this.#hear(tell as Told);
    this.#begin();
  }

  get is_begun(): boolean {
    return this.#is_begun;
  }

  make(draft: EntryDraft): MadeEntry {
    const { chance } = this.profile.world;
    return makeEntry(draft, this.page.readClock(), (length) => chance.bytes(length));
  }

  tap(drafts: readonly EntryDraft[]): MadeEntry[] {
    const made = drafts.map((draft) => this.make(draft));
    const taps = made.map((one) => this.#ledger.ring(this.profile, one));
    this.#append(made, taps);
    return made;
  }

  /** The camera's word and the picture: both are kept, or neither is. */
  takePhoto(draft: EntryDraft, picture: Picture): void {
    const made = this.make(draft);
    this.#append([made], [this.#ledger.ring(this.profile, made, picture)]);
  }

  /** What this tablet knows of a visit. */
  read(subject_id: string, then: (entries: LoggedEntry[]) => void): void {
    this.page.run(entriesOf(subject_id), then, () => this.#begin());
  }

  look(): void {
    if (this.#is_looking) {
      this.#looks_again = true;
      return;
    }
    this.#is_looking = true;
    const subjects = this.#unsettledSubjects();
    let left = subjects.length;
    const done = () => {
      left -= 1;
      if (left > 0) return;
      this.#is_looking = false;
      if (!this.#looks_again) return;
      this.#looks_again = false;
      this.look();
    };
    if (left === 0) done();
    for (const subject_id of subjects) {
      this.page.run(
        entriesOf(subject_id),
        (entries) => {
          this.#show(entries);
          done();
        },
        done,
      );
    }
  }

  #begin(): void {
    this.page.run(
      beginLog(),
      () => {
        if (this.#is_begun) return;
        this.#is_begun = true;
        const { person_id } = this.profile;
        const session = {
          person_id,
          display_name: person_id,
          tenant_id: '',
          tenant_name: '',
          roles: [],
          csrf_token: null,
        };
        this.page.run(adoptJournal(), undefined, () => undefined);
        this.page.run(
          completeJournal(),
          () => {
            this.has_completed = true;
          },
          () => undefined,
        );
        const talk = beginConversation(session);
        talk.photo_chunk_bytes = PHOTO_PART_BYTES;
        this.page.run(keepInStep(talk));
        this.look();
      },
      // The storage cannot be opened now: the app says so, and tries again.
      () => {
        if (!this.#is_begun) this.profile.world.after(TRIED_AGAIN_MS, () => this.#begin());
      },
    );
  }

  #append(made: readonly MadeEntry[], taps: readonly Tap[]): void {
    const { world } = this.profile;
    this.page.run(
      keeping(made, taps[0]?.picture ?? null),
      (rows) => {
        for (const [place, tap] of taps.entries()) {
          tap.dotted_at ??= world.now;
          const row = rows[place];
          if (row?.stream_seq === 0) tap.is_in_journal_only = true;
          this.#ledger.sign(
            'dot',
            tap,
            row ? `as ${row.stream_id.slice(-4)}/${row.stream_seq}` : '',
          );
          this.#assertDurable(tap);
        }
      },
      (cause) => {
        for (const tap of taps) this.#ledger.sign('refused', tap, String((cause as Error).message));
        // The person sees that it is not there, and taps "keep" again: the same entry.
        world.after(TRIED_AGAIN_MS, () => {
          if (this.page.is_alive) this.#append(made, taps);
        });
      },
    );
  }

  #assertDurable(tap: Tap): void {
    const rows = this.profile.disk.durable.get('entries') ?? [];
    const is_there = rows.some(
      (row) => (row.value as { entry_id: string }).entry_id === tap.entry_id,
    );
    const pictures = this.profile.disk.durable.get('photo_bytes') ?? [];
    const has_picture = pictures.some((row) => row.key === tap.picture?.hash);
    const is_whole = is_there && (tap.picture === null || has_picture);
    const is_kept = is_whole || (tap.picture === null && this.profile.journal.has(tap.entry_id));
    if (!is_kept && !tap.lost_with.includes(this.profile)) {
      this.#ledger.violate(`dot before disk: tap ${tap.number} on ${this.profile.tablet.name}`);
    }
  }

  #hear(told: Told): void {
    if (told.what === 'round') return;
    if (told.what === 'appended') {
      for (const tab of this.#tabs) if (tab.page.is_alive) tab.page.tapped();
    } else for (const tab of this.#tabs) if (tab.page.is_alive) tab.look();
  }

  #unsettledSubjects(): string[] {
    const subjects = new Set<string>();
    for (const tap of this.#ledger.taps.values()) {
      if (tap.profile !== this.profile && tap.profile !== this.profile.copied_from) continue;
      if (this.#shown.get(tap.entry_id) !== 'check') subjects.add(tap.made.entry.subject_id);
    }
    return [...subjects];
  }

  #show(entries: readonly LoggedEntry[]): void {
    const fresh: Tap[] = [];
    for (const { entry, state, is_own, set_aside } of entries) {
      const tap = this.#ledger.taps.get(entry.entry_id);
      if (!tap || !is_own || this.#shown.get(entry.entry_id) === state) continue;
      const was_shown = this.#shown.has(entry.entry_id);
      this.#shown.set(entry.entry_id, state);
      if (state === 'check' && tap.picture) this.#assertPictureThere(tap, tap.picture);
      if (state === 'dot') {
        if (was_shown) this.#ledger.sign('dot', tap, 'again');
        continue;
      }
      fresh.push(tap);
      tap.checked_at ??= this.profile.world.now;
      this.#ledger.sign(state === 'check' ? 'check' : 'amber', tap, set_aside?.code ?? '');
    }
    this.#assertCommitted(fresh);
  }

  #assertPictureThere({ number }: Tap, { hash }: Picture): void {
    if (this.#server.hasOrHadPicture(hash)) return;
    this.#ledger.violate(`check before its photo: tap ${number} on ${this.profile.tablet.name}`);
  }

  #assertCommitted(taps: readonly Tap[]): void {
    if (taps.length === 0) return;
    const there = this.#server.haveOrHad(taps.map((tap) => tap.hash));
    for (const tap of taps) {
      if (!there.has(tap.hash)) {
        this.#ledger.violate(
          `check before commit: tap ${tap.number} on ${this.profile.tablet.name}`,
        );
      }
    }
  }
}

function* keeping(made: readonly MadeEntry[], picture: Picture | null): Script<LoggedEntry[]> {
  if (!picture) return yield* appendEntries(made);
  return [yield* appendPhoto(made[0] as MadeEntry, picture.bytes)];
}
