import type { NetReply, NetRequest } from '../../../../pwa/src/machine/effect.ts';
import type { Served, Serving } from './server.ts';
import type { Tablet } from './tablet.ts';

/** What can be wrong between a tablet and the server. Each has a likelihood while it lasts. */
export const WEATHERS = [
  'request_lost',
  'answer_lost',
  'slow',
  'doubled',
  'portal_page',
  'portal_json',
  'redirected',
  'other_nonce',
  'status_403',
  'status_413',
  'status_429',
  'status_500',
  'status_502',
] as const;
export type Weather = (typeof WEATHERS)[number];

type Heard = (reply: NetReply) => void;

const LATE_MS = 5_000;

/** The way between one tablet and the server. */
export class Link {
  /** When a request arrived last that had been on its way for long: who sent it may be gone. */
  late_at = Number.NEGATIVE_INFINITY;
  readonly weather = new Map<Weather, number>();
  /** Told when a weather has really met a request. */
  onMet: (weather: Weather) => void = () => undefined;
  readonly #tablet: Tablet;
  readonly #server: Serving;

  constructor(tablet: Tablet, server: Serving) {
    this.#tablet = tablet;
    this.#server = server;
  }

  send(request: NetRequest, heard: Heard): void {
    const { world } = this.#tablet;
    const began = world.now;
    let is_over = false;
    const end = (reply: NetReply) => {
      if (is_over) return;
      is_over = true;
      heard(reply);
    };
    world.after(request.timeout_ms, () => end({ kind: 'none', reason: 'time-out' }));
    if (this.#meets('request_lost')) {
      if (world.chance.happens(0.5)) {
        world.after(this.#way(), () => end({ kind: 'none', reason: 'network' }));
      }
      return;
    }
    const instead = this.#insteadOf();
    if (instead) {
      world.after(2 * this.#way(), () => end(timed(instead, world.now - began)));
      return;
    }
    const there = this.#way();
    world.after(there, () => this.#arrive(request, began, end));
    if (this.#meets('doubled')) {
      const again = there + world.chance.fraction() * 40_000;
      world.after(again, () => this.#server.serve(this.#tablet.name, request));
    }
  }

  #arrive(request: NetRequest, began: number, end: Heard): void {
    const { world } = this.#tablet;
    if (world.now - began > LATE_MS) this.late_at = world.now;
    const served = this.#server.serve(this.#tablet.name, request);
    if (served === null) {
      world.after(this.#way(), () => end({ kind: 'none', reason: 'connection closed' }));
      return;
    }
    if (this.#meets('answer_lost')) return;
    const back = this.#way();
    const reply = this.#meets('other_nonce') ? withOtherNonce(served) : served;
    world.after(back, () => end(timed(reply, world.now - began)));
  }

  #way(): number {
    const { chance } = this.#tablet.world;
    const usual = 10 + chance.fraction() * 120;
    return this.#meets('slow') ? usual + chance.fraction() * 45_000 : usual;
  }

  #meets(weather: Weather): boolean {
    const likelihood = this.weather.get(weather);
    if (likelihood === undefined || !this.#tablet.world.chance.happens(likelihood)) return false;
    this.onMet(weather);
    return true;
  }

  #insteadOf(): Served | null {
    for (const weather of Object.keys(INSTEAD) as (keyof typeof INSTEAD)[]) {
      if (this.#meets(weather)) return INSTEAD[weather];
    }
    return null;
  }
}

const INSTEAD = {
  portal_page: answer(200, { 'content-type': 'text/html' }, '<h1>Welcome to the Wi-Fi</h1>'),
  portal_json: answer(
    200,
    { 'content-type': 'application/json' },
    '{"acknowledged_through":9007199254740991,"acknowledged_hash":"","set_aside":[],"fork":null,' +
      '"ranges_beyond":[],"wanted_photos":[],"changes_waiting":false,"server_epoch":"portal",' +
      '"server_time":"2026-09-01T00:00:00Z","reading":"open"}',
  ),
  redirected: answer(302, { location: '/sign-in' }, ''),
  status_403: answer(403, { 'content-type': 'text/html' }, 'Blocked by the filter'),
  status_413: answer(413, { 'content-type': 'text/html' }, 'Request Entity Too Large'),
  status_429: answer(429, { 'content-type': 'text/html' }, 'Too Many Requests'),
  status_500: answer(500, { 'content-type': 'text/html' }, 'Internal Server Error'),
  status_502: answer(502, { 'content-type': 'text/html' }, 'Bad Gateway'),
} as const;

function answer(status: number, headers: Record<string, string>, text: string): Served {
  return { status, headers, text };
}

function withOtherNonce(served: Served): Served {
  return { ...served, headers: { ...served.headers, 'noticing-nonce': 'another' } };
}

function timed(served: Served, round_trip_ms: number): NetReply {
  return { kind: 'reply', ...served, round_trip_ms };
}
