import { writeBase64 } from './base64.ts';

/** A push as it would be sent, signed; what it carries is sealed where the profile is. */
export interface SignedPush {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as sent, after compression. */
  readonly body: Uint8Array;
}

const HEADERS = [
  'Noticing-Stream',
  'Noticing-Nonce',
  'Noticing-Signature',
  'Content-Type',
  'Content-Encoding',
];

/** The text of the file that brings to the server what a tablet cannot send. `made_at`: an ISO time. */
export function writeRescueFile(pushes: readonly SignedPush[], made_at: string): string {
  const saved = pushes.map(({ path, headers, body }) => ({
    path,
    headers: keepHeaders(headers),
    body: writeBase64(body),
  }));
  return JSON.stringify({ noticing_rescue: 1, made_at, pushes: saved });
}

/** Only those that the signature and the reading of the body need; nothing of the session. */
function keepHeaders(headers: SignedPush['headers']): Record<string, string> {
  const said = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(
    HEADERS.flatMap((name) => {
      const value = said.get(name.toLowerCase());
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** No name in it: the file may lie in a shared folder. */
export function nameRescueFile(made_at: string): string {
  return `noticing-rescue-${made_at.slice(0, 16).replace('T', '-').replace(':', '')}.json`;
}
