import type { NetRequest } from '../../../../pwa/src/machine/effect.ts';
import { ask } from './pipe.ts';
import type { World } from './world.ts';

export interface Served {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Where in the next request that says so the server process dies. `count`: at the how-manieth statement or commit. */
export interface Crash {
  readonly where: 'statement' | 'before_commit' | 'after_commit';
  readonly count: number;
  readonly path: string;
}

export interface StoredBody {
  readonly stream_id: string;
  readonly stream_seq: number;
  readonly change_seq: number;
  readonly entry_id: string;
  readonly hash: string;
  readonly body: string;
  /** The stored bytes still are what their hash says. */
  readonly is_whole: boolean;
  readonly set_aside_code: string | null;
  readonly subject_id: string | null;
}

export interface ServerLog {
  readonly bodies: readonly StoredBody[];
  readonly envelopes: readonly {
    readonly stream_id: string;
    readonly stream_seq: number;
    readonly change_seq: number;
    readonly hash: string;
  }[];
  readonly streams: readonly {
    readonly stream_id: string;
    readonly person_id: string;
    readonly acknowledged_through: number;
    readonly is_server_side: boolean;
  }[];
  readonly views: Readonly<Record<string, string>>;
}

/** By hash, in base64, the photos that are there; and the hashes of those that were declared lost. */
export interface ServerPhotos {
  readonly there: Readonly<Record<string, string>>;
  readonly lost: readonly string[];
}

/** `bound`: how wrong it can be, in ms; null where that is not known. */
export interface CorrectedTime {
  readonly at: number;
  readonly bound: number | null;
  readonly basis: 'monotonic' | 'wall' | 'none';
}

export interface School {
  readonly tenant_id: string;
  readonly school_id: string;
  readonly other_school_id: string;
  readonly people: Readonly<Record<string, string>>;
  /** coach -> what she needs to begin a visit */
  readonly places: Readonly<
    Record<
      string,
      {
        class_id: string;
        school_id: string;
        observed_id: string;
        pairing_id: string | null;
        channel: string;
      }
    >
  >;
  // biome-ignore lint/suspicious/noExplicitAny: a protocol's document
  readonly protocols: readonly { document: any; hash: string }[];
}

/** What a tablet's network leads to. null: the connection broke. */
export interface Serving {
  serve(browser: string, request: NetRequest): Served | null;
}

/** What knows of everything that was ever committed. */
export interface Committed {
  haveOrHad(hashes: readonly string[]): Set<string>;
  hasOrHadPicture(hash: string): boolean;
}

/** The real server, in its own process at the other end of the pipe. */
export class Server implements Serving, Committed {
  readonly #world: World;
  readonly #had = new Set<string>();
  readonly #had_pictures = new Set<string>();
  school!: School;
  /** How far its clock is from the truth. */
  offset_ms = 0;
  is_down = false;
  crash: Crash | null = null;
  readonly faults: string[] = [];
  requests = 0;
  onCrash: (crash: Crash) => void = () => undefined;

  constructor(world: World) {
    this.#world = world;
  }

  reset(seed: number): void {
    this.school = this.#ask('reset', { seed }) as School;
  }

  /** null: the connection broke. */
  serve(browser: string, request: NetRequest): Served | null {
    if (this.is_down) return null;
    const crash = this.crash && request.path.startsWith(this.crash.path) ? this.crash : null;
    this.requests += 1;
    const { method, path, headers, body } = request;
    const is_text = typeof body === 'string';
    const sent = body === null ? '' : is_text ? body : Buffer.from(body).toString('base64');
    const served = this.#ask('serve', {
      browser,
      method,
      path,
      headers,
      body: sent,
      is_text,
      crash,
    }) as { crashed: boolean; fault: string | null } & Served;
    if (served.fault) this.faults.push(served.fault);
    if (!served.crashed) return served;
    this.crash = null;
    this.is_down = true;
    if (crash) this.onCrash(crash);
    // It may have died with its answer already out.
    return served.status > 0 ? served : null;
  }

  signIn(browser: string, person_id: string): void {
    this.#ask('sign_in', { browser, person_id });
  }

  signOut(browser: string): void {
    this.#ask('sign_out', { browser });
  }

  backUp(): void {
    this.#ask('back_up', {});
  }

  /** From the last backup. */
  restore(): void {
    this.noteWhatIsThere();
    this.#ask('restore', {});
  }

  /** One byte of one stored body is another now; gives the hash of the body it was. */
  corrupt(nth: number): string | null {
    this.noteWhatIsThere();
    return this.#ask('corrupt', { nth }) as string | null;
  }

  change(
    what: 'end_pairing' | 'end_role' | 'revoke_streams' | 'end_sessions',
    person_id: string,
  ): void {
    this.#ask('change', { what, person_id });
  }

  /** Which of these bodies lie, or have once lain, on the server's disk. */
  haveOrHad(hashes: readonly string[]): Set<string> {
    const unknown = hashes.filter((hash) => !this.#had.has(hash));
    for (const hash of unknown.length > 0 ? this.have(unknown) : []) this.#had.add(hash);
    return new Set(hashes.filter((hash) => this.#had.has(hash)));
  }

  /** Before anything on the disk is changed that requests did not change. */
  noteWhatIsThere(): void {
    for (const { hash, is_whole } of this.readLog().bodies) if (is_whole) this.#had.add(hash);
    this.#notePictures();
  }

  hasOrHadPicture(hash: string): boolean {
    if (!this.#had_pictures.has(hash)) this.#notePictures();
    return this.#had_pictures.has(hash);
  }

  /** The photos as they lie there now, each with the word of the database that it has come. */
  readPhotos(): ServerPhotos {
    return this.#ask('read_photos', {}) as ServerPhotos;
  }

  #notePictures(): void {
    for (const hash of Object.keys(this.readPhotos().there)) this.#had_pictures.add(hash);
  }

  /** Which of these bodies lie on the server's disk now, whole. */
  have(hashes: readonly string[]): Set<string> {
    return new Set(this.#ask('have', { hashes }) as string[]);
  }

  readLog(): ServerLog {
    return this.#ask('read_log', {}) as ServerLog;
  }

  /** When these visits' entries happened, as the server works it out. */
  readTimes(subject_ids: readonly string[]): Readonly<Record<string, CorrectedTime>> {
    return this.#ask('read_times', { subject_ids }) as Record<string, CorrectedTime>;
  }

  organisationKey(): { key_id: string; jwk: Record<string, string> } {
    return this.#ask('organisation_key', {}) as {
      key_id: string;
      jwk: Record<string, string>;
    };
  }

  #ask(what: string, more: object): unknown {
    return ask({ ask: what, now: Math.floor(this.#world.now + this.offset_ms), ...more });
  }
}
