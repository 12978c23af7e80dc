import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { EMPTY_HASH, extendHash, hashBody, xorHashes } from '../../pwa/src/log/hash.ts';
import type { NetRequest } from '../../pwa/src/machine/effect.ts';
import type { Committed, Served, Serving } from '../proof/simulate/tablets/server.ts';

const TIMES = { server_epoch: 'epoch', server_time: '2026-09-01T13:00:00.000Z' };

/** Keeps the rules of the wire for one person, at once and without signatures. */
export class CoreServer implements Serving, Committed {
  readonly streams = new Map<string, Map<number, string>>();
  is_down = false;
  pieces: number[] = [];

  serve(_browser: string, { path, headers, body }: NetRequest): Served | null {
    if (this.is_down) return null;
    const [route] = path.split('?');
    const json = readJson(body);
    const stream_id = headers['Noticing-Stream'] ?? '';
    const content = this.#route(route as string, stream_id, json);
    return {
      status: content ? 200 : 404,
      headers: { 'noticing-sync': '1', 'noticing-nonce': headers['Noticing-Nonce'] ?? '' },
      text: JSON.stringify(content ?? { code: 'stream-unknown', title: 'unknown' }),
    };
  }

  haveOrHad(hashes: readonly string[]): Set<string> {
    const there = new Set(this.bodies().map(hashBody));
    return new Set(hashes.filter((hash) => there.has(hash)));
  }

  hasOrHadPicture(): boolean {
    return false; // Nobody takes any here.
  }

  bodies(): string[] {
    return [...this.streams.values()].flatMap((stream) => [...stream.values()]);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the wire's JSON
  #route(route: string, stream_id: string, json: any): object | null {
    const me = { person_id: 'lee', display_name: '', tenant_id: '', tenant_name: '', roles: [] };
    if (route === '/api/v1/me') return { ...me, csrf_token: 'token', ...TIMES };
    if (route === '/api/v1/sync/changes')
      return { ...TIMES, cursor: 'end', more: false, reset: false, items: [] };
    if (route === '/api/v1/sync/streams') {
      if (!this.streams.has(json.stream_id)) this.streams.set(json.stream_id, new Map());
      return { stream_id: json.stream_id };
    }
    const stream = this.streams.get(stream_id);
    if (!stream) return null;
    if (route === '/api/v1/sync/hello') {
      const limits = { max_entries: 1000, max_bytes: 262_144 };
      return { ...TIMES, versions: [1], limits, ...markOf(stream) };
    }
    if (route === '/api/v1/sync/verify') {
      // biome-ignore lint/suspicious/noExplicitAny: the wire's JSON
      const ranges = json.ranges.map((range: any) => verify(stream, range));
      return { ...TIMES, ranges, photos: [] };
    }
    if (route === '/api/v1/sync/chunk') return this.#piece(stream, json);
    return this.#push(stream, json);
  }

  #piece(stream: Map<number, string>, piece: Piece): object {
    const before = Buffer.from(this.pieces.slice(0, piece.offset));
    this.pieces = [...before, ...Buffer.from(piece.chunk, 'base64')];
    const body = Buffer.from(this.pieces).toString();
    const is_whole = this.pieces.length === piece.size;
    const push = is_whole
      ? this.#push(stream, { from_seq: piece.stream_seq, bodies: [body] })
      : null;
    return { received_through: this.pieces.length, push };
  }

  #push(stream: Map<number, string>, json: { from_seq: number; bodies: string[] }): object {
    const fork = json.bodies.findIndex((body, place) => {
      const known = stream.get(json.from_seq + place);
      return known !== undefined && known !== body;
    });
    if (fork < 0)
      for (const [at, body] of json.bodies.entries()) stream.set(json.from_seq + at, body);
    return {
      ...TIMES,
      ...markOf(stream),
      set_aside: [],
      fork: fork < 0 ? null : { stream_seq: json.from_seq + fork },
      changes_waiting: false,
    };
  }
}

interface Piece {
  stream_seq: number;
  size: number;
  offset: number;
  chunk: string;
}

function readJson(body: NetRequest['body']): unknown {
  if (body === null || body.length === 0) return null;
  return JSON.parse(typeof body === 'string' ? body : gunzipSync(body).toString());
}

function markOf(stream: Map<number, string>) {
  const hashes: string[] = [];
  for (let body = stream.get(1); body !== undefined; body = stream.get(hashes.length + 1)) {
    hashes.push(createHash('sha256').update(body).digest('hex'));
  }
  return {
    acknowledged_through: hashes.length,
    acknowledged_hash: extendHash(EMPTY_HASH, hashes),
  };
}

function verify(
  stream: Map<number, string>,
  range: { from_seq: number; through_seq: number; xor: string },
) {
  const held = [...stream].filter(([seq]) => seq >= range.from_seq && seq <= range.through_seq);
  const xor = xorHashes(held.map(([, body]) => hashBody(body)));
  return { ...range, agrees: xor === range.xor };
}
