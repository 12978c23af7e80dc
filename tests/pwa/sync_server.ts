import {
  constants,
  createDecipheriv,
  createHash,
  generateKeyPairSync,
  privateDecrypt,
} from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** What the server does instead of answering well. */
export type Fault =
  | 'drop'
  | 'drop-answer-after-commit'
  | 'portal'
  | 'wrong-nonce'
  | 'redirect'
  | { readonly status: number; readonly body?: object };

interface Stream {
  readonly public_key: JsonWebKey;
  readonly bodies: Map<number, string>;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it as it likes
  readonly json: any;
  readonly bytes: number;
  readonly headers: IncomingMessage['headers'];
}

/** A small server over real HTTP that keeps the rules of the wire: a stand-in for the other side. */
export class SyncServer {
  signed_in: string | null = null;
  has_pages_open = true;
  epoch = 'epoch-1';
  limits = { max_entries: 1_000, max_bytes: 262_144 };
  streams = new Map<string, Stream>();
  set_aside_kinds: string[] = [];
  fault: (path: string, seen: SeenRequest) => Fault | null | Promise<Fault | null> = () => null;
  /** Pages of changes by cursor; each names the next. */
  changes: Record<string, object> = {};
  readonly seen: SeenRequest[] = [];
  pieces = Buffer.alloc(0);
  /** Numbers under which its disk holds other bytes than came, until they are mended. */
  readonly rotten = new Set<number>();
  /** By hash, as far as they have come. */
  photos = new Map<string, Buffer>();
  wanted_photos: string[] = [];
  /** Hashes that were declared lost. */
  lost_photos: string[] = [];
  /** Opens what was sealed to it; by hash, what has come of sealed photos. */
  readonly organisation_key = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly sealed_photos = new Map<string, Buffer>();
  /** Enrolment and hello hand the organisation's key out by this name. */
  key_id: string | null = null;
  readonly #http = createServer((request, response) => void this.#answer(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#http.close();
    this.#http.closeAllConnections();
  }

  paths(): string[] {
    return this.seen.map((one) => `${one.method} ${one.path}`);
  }

  bodies(): string[] {
    return [...this.streams.values()].flatMap((stream) => [...stream.bodies.values()]);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await readBytes(request);
    const url = new URL(request.url ?? '/', 'http://host');
    const is_gzip = request.headers['content-encoding'] === 'gzip';
    const text = (is_gzip ? gunzipSync(sent) : sent).toString();
    const seen = {
      method: request.method ?? '',
      path: url.pathname,
      json: text === '' || url.pathname.includes('/photos/') ? null : JSON.parse(text),
      headers: request.headers,
      bytes: sent.byteLength,
    };
    this.seen.push(seen);
    const fault = await this.fault(url.pathname, seen);
    if (fault && fault !== 'drop-answer-after-commit') return misbehave(fault, request, response);
    const [status, body, standing] = await this.#route(request, url, seen.json, sent);
    if (fault) return void response.destroy();
    reply(response, request, status, body, standing);
  }

  async #route(
    request: IncomingMessage,
    url: URL,
    // biome-ignore lint/suspicious/noExplicitAny: the wire's JSON
    json: any,
    sent: Buffer,
  ): Promise<[number, object, Record<string, string>?]> {
    switch (url.pathname) {
      case '/api/v1/me':
        return this.signed_in ? [200, this.#me(this.signed_in)] : problem(401, 'sign-in-needed');
      case '/sign-out':
        if (request.headers['x-csrftoken'] !== 'csrf-1') return problem(400, 'csrf-missing');
        this.signed_in = null;
        return [200, {}];
      case '/pages/shut':
      case '/pages/open':
        if (!this.signed_in) return problem(401, 'sign-in-needed');
        if (request.headers['x-csrftoken'] !== 'csrf-1') return problem(400, 'csrf-missing');
        this.has_pages_open = url.pathname === '/pages/open';
        return [200, {}];
      case '/api/v1/sync/streams':
        if (this.streams.has(String(request.headers['noticing-stream']))) return this.#enrol(json);
        if (!this.signed_in) return problem(401, 'sign-in-needed');
        if (request.headers['x-csrftoken'] !== 'csrf-1') return problem(400, 'csrf-missing');
        return this.#enrol(json);
      case '/api/v1/sync/changes':
        if (!this.signed_in) return problem(401, 'sign-in-needed');
        if (url.searchParams.get('for') !== this.signed_in) return problem(409, 'other-person');
        return [200, { ...this.#empty(), ...this.changes[url.searchParams.get('after') ?? ''] }];
    }
    const stream = this.streams.get(String(request.headers['noticing-stream']));
    if (!stream) return problem(404, 'stream-unknown');
    if (!(await is_signed(request, url, sent, stream))) return problem(401, 'signature-wrong');
    if (url.pathname === '/api/v1/sync/hello') return [200, this.#hello(stream)];
    if (url.pathname === '/api/v1/sync/verify') return [200, this.#verify(stream, json)];
    if (url.pathname.endsWith('/lost')) return this.#lose(url);
    if (url.pathname.includes('/photos/')) return this.#photo(request, url, sent);
    if (url.pathname === '/api/v1/sync/chunk') return [200, this.#piece(stream, json)];
    return [200, this.#push(stream, json)];
  }

  #piece(stream: Stream, { stream_seq, size, offset, chunk, sealed }: Piece): object {
    const received = Buffer.concat([this.pieces.subarray(0, offset), Buffer.from(chunk, 'base64')]);
    this.pieces = received;
    const is_whole = received.length === size;
    const content = sealed
      ? { sealed: { ...sealed, bodies: [received.toString('base64')] } }
      : { bodies: [received.toString()] };
    const sent = { from_seq: stream_seq, ...content };
    return { received_through: received.length, push: is_whole ? this.#push(stream, sent) : null };
  }

  #photo(
    request: IncomingMessage,
    url: URL,
    sent: Buffer,
  ): [number, object, Record<string, string>] {
    const hash = url.pathname.split('/').at(-1) ?? '';
    const is_sealed = request.headers['noticing-sealed-key'] !== undefined;
    if (is_sealed && !this.photos.has(hash)) return this.#sealedPhoto(request, hash, sent);
    const known = this.photos.get(hash) ?? Buffer.alloc(0);
    const is_part = request.method === 'PATCH';
    if (is_part && Number(request.headers['upload-offset']) !== known.length) {
      return [...problem(409, 'upload-offset-wrong'), standingOf(hash, known)];
    }
    const received = Buffer.concat([known, sent]);
    this.photos.set(hash, received);
    return [is_part ? 204 : 200, {}, standingOf(hash, received)];
  }

  #sealedPhoto(
    { method, headers }: IncomingMessage,
    hash: string,
    sent: Buffer,
  ): [number, object, Record<string, string>] {
    const known = this.sealed_photos.get(hash) ?? Buffer.alloc(0);
    const standing = (bytes: Buffer) => ({
      'Upload-Offset': String(bytes.length),
      'Noticing-Photo': bytes.length > 0 ? 'partial' : 'none',
    });
    if (method === 'HEAD') return [200, {}, standing(known)];
    if (Number(headers['upload-offset']) !== known.length) {
      return [...problem(409, 'upload-offset-wrong'), standing(known)];
    }
    const received = Buffer.concat([known, sent]);
    this.sealed_photos.set(hash, received);
    if (received.length < Number(headers['upload-length'])) return [204, {}, standing(received)];
    this.sealed_photos.delete(hash);
    const [plain, entry] = this.#unseal(headers, received);
    const { payload } = JSON.parse(entry?.toString() ?? '{}');
    if (!plain || payload?.sha256 !== hash || !is_whole(hash, plain)) {
      return [...problem(422, 'photo-differs'), {}];
    }
    this.photos.set(hash, plain);
    return [204, {}, standingOf(hash, plain)];
  }

  #unseal(headers: IncomingMessage['headers'], photo: Buffer): (Buffer | null)[] {
    const key = this.#openKey(String(headers['noticing-sealed-key']));
    const entry = Buffer.from(String(headers['noticing-sealed-entry']), 'base64');
    return [open(key, photo), open(key, entry)];
  }

  #openBodies(sealed: Pushing['sealed']): (string | null)[] {
    const key = this.#openKey(sealed?.sealed_key ?? '');
    return (sealed?.bodies ?? []).map(
      (body) => open(key, Buffer.from(body, 'base64'))?.toString() ?? null,
    );
  }

  #openKey(sealed_key: string): Buffer {
    const { privateKey: key } = this.organisation_key;
    const how = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    return privateDecrypt(how, Buffer.from(sealed_key, 'base64'));
  }

  #lose(url: URL): [number, object, Record<string, string>] {
    const hash = url.pathname.split('/').at(-2) ?? '';
    if (is_whole(hash, this.photos.get(hash))) return [204, {}, { 'Noticing-Photo': 'complete' }];
    this.lost_photos.push(hash);
    return [204, {}, { 'Noticing-Photo': 'lost' }];
  }

  #verify(stream: Stream, { ranges, photos }: { ranges: Range[]; photos: string[] }): object {
    const verified = ranges.map(({ from_seq, through_seq, count, xor }) => {
      const bodies = [...stream.bodies].filter(([seq]) => seq >= from_seq && seq <= through_seq);
      const sum = Buffer.alloc(32);
      for (const [, body] of bodies) {
        sha256(Buffer.from(body)).forEach((byte, place) => {
          sum[place] = (sum[place] as number) ^ byte;
        });
      }
      const is_rotten = bodies.some(([seq]) => this.rotten.has(seq));
      const agrees = !is_rotten && bodies.length === count && sum.toString('hex') === xor;
      return { from_seq, through_seq, agrees };
    });
    const found = photos.map((hash) => ({
      sha256: hash,
      is_here: is_whole(hash, this.photos.get(hash)),
    }));
    return { server_epoch: this.epoch, ranges: verified, photos: found };
  }

  #me(person_id: string): object {
    return {
      person_id,
      display_name: 'Dana Reyes',
      tenant_id: 't',
      tenant_name: 'Riverbend',
      roles: ['coach'],
      csrf_token: 'csrf-1',
      server_epoch: this.epoch,
      server_time: '2026-11-12T14:05:12.345Z',
    };
  }

  #empty(): object {
    return { server_epoch: this.epoch, cursor: 'end', more: false, reset: false, items: [] };
  }

  #enrol({
    stream_id,
    public_key,
  }: {
    stream_id: string;
    public_key: JsonWebKey;
  }): [number, object] {
    const known = this.streams.get(stream_id);
    if (known && known.public_key.x !== public_key.x) return problem(409, 'stream-taken');
    if (!known) this.streams.set(stream_id, { public_key, bodies: new Map() });
    return [201, { stream_id, ...this.#handOut() }];
  }

  #hello(stream: Stream): object {
    return {
      server_time: '2026-11-12T14:05:12.345Z',
      server_epoch: this.epoch,
      versions: [1],
      limits: this.limits,
      ...this.#handOut(),
      ...markOf(stream),
    };
  }

  #handOut(): object {
    if (!this.key_id) return {};
    const jwk = this.organisation_key.publicKey.export({ format: 'jwk' });
    return { organisation_key: { key_id: this.key_id, jwk } };
  }

  #push(stream: Stream, { from_seq, sealed, bodies: said, repairs }: Pushing): object {
    let fork: object | null = null;
    const set_aside: object[] = [];
    const opened = said ?? this.#openBodies(sealed);
    const unsealable = opened.flatMap((body, at) => (body === null ? [from_seq + at] : []));
    const bodies = opened.slice(0, (unsealable[0] ?? Number.POSITIVE_INFINITY) - from_seq);
    (bodies as string[]).forEach((body, index) => {
      const stream_seq = from_seq + index;
      if (repairs) this.rotten.delete(stream_seq);
      const known = stream.bodies.get(stream_seq);
      if (known !== undefined && known !== body) fork ??= { stream_seq };
      else stream.bodies.set(stream_seq, body);
      const { entry_id, kind } = JSON.parse(body);
      if (this.set_aside_kinds.includes(kind)) {
        set_aside.push({ stream_seq, entry_id, code: 'kind-unknown', text: 'Not known here.' });
      }
    });
    return {
      ...markOf(stream),
      ranges_beyond: [],
      set_aside,
      fork,
      unsealable,
      wanted_photos: this.wanted_photos,
      changes_waiting: false,
      server_epoch: this.epoch,
      server_time: '2026-11-12T14:05:12.345Z',
    };
  }
}

interface Pushing {
  from_seq: number;
  bodies?: string[];
  repairs?: boolean;
  sealed?: { sealed_key: string; bodies: string[] };
}

interface Piece {
  stream_seq: number;
  size: number;
  offset: number;
  chunk: string;
  sealed?: { sealed_key: string };
}

interface Range {
  from_seq: number;
  through_seq: number;
  count: number;
  xor: string;
}

/** The contiguous mark and the running hash, reckoned here on its own from the wire's rule. */
export function markOf(stream: { bodies: Map<number, string> }) {
  let through = 0;
  let hash: Buffer = Buffer.alloc(32);
  for (let body = stream.bodies.get(1); body !== undefined; body = stream.bodies.get(through + 1)) {
    hash = sha256(Buffer.concat([hash, sha256(Buffer.from(body))]));
    through += 1;
  }
  return { acknowledged_through: through, acknowledged_hash: hash.toString('hex') };
}

function is_whole(hash: string, bytes: Buffer = Buffer.alloc(0)): boolean {
  return sha256(bytes).toString('hex') === hash;
}

function open(key: Buffer, sealed: Buffer): Buffer | null {
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  cipher.setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]);
  } catch {
    return null;
  }
}

function standingOf(hash: string, bytes: Buffer): Record<string, string> {
  const begun = bytes.length > 0 ? 'partial' : 'none';
  return {
    'Upload-Offset': String(bytes.length),
    'Noticing-Photo': is_whole(hash, bytes) ? 'complete' : begun,
  };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

async function is_signed(request: IncomingMessage, url: URL, sent: Buffer, stream: Stream) {
  const kind = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await crypto.subtle.importKey('jwk', stream.public_key, kind, false, ['verify']);
  const nonce = request.headers['noticing-nonce'];
  const text = `${request.method}\n${url.pathname}\n${nonce}\n${sha256(sent).toString('hex')}`;
  const signature = Buffer.from(String(request.headers['noticing-signature']), 'base64url');
  const bytes = new TextEncoder().encode(text);
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, bytes);
}

function problem(status: number, code: string): [number, object] {
  return [status, { type: 'about:blank', code, status, title: code, detail: `Detail of ${code}.` }];
}

function reply(
  response: ServerResponse,
  request: IncomingMessage,
  status: number,
  body: object,
  standing: Record<string, string> = {},
) {
  response.writeHead(status, {
    ...standing,
    'Content-Type': status < 400 ? 'application/json' : 'application/problem+json',
    'Noticing-Sync': '1',
    'Noticing-Nonce': String(request.headers['noticing-nonce']),
  });
  response.end(JSON.stringify(body));
}

function misbehave(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  if (fault === 'drop') response.destroy();
  else if (fault === 'redirect') response.writeHead(302, { Location: '/sign-in' }).end();
  else if (fault === 'wrong-nonce') {
    response.writeHead(200, { 'Noticing-Sync': '1', 'Noticing-Nonce': 'another' }).end('{}');
  } else if (typeof fault === 'object') {
    const { status, body = problem(status, 'fault')[1] } = fault;
    reply(response, request, status, body);
  } else response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Welcome to Wi-Fi</h1>');
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
