import { writeBase64 } from './base64.ts';

/** An enrolment or a push as it would be sent, or a photo whole, signed; what it carries is sealed where the profile is. */
export interface SignedRequest {
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
  'Noticing-Key-Id',
  'Noticing-Sealed-Key',
  'Noticing-Sealed-Entry',
];

export interface RescueContent {
  /** Enrolments of streams that only this file has. */
  readonly streams: readonly SignedRequest[];
  readonly pushes: readonly SignedRequest[];
  readonly photos: readonly SignedRequest[];
}

/** The text of the file that brings to the server what a tablet cannot send. `made_at`: an ISO time. */
export function writeRescueFile(
  { streams, pushes, photos }: RescueContent,
  made_at: string,
): string {
  return JSON.stringify({
    ...{ noticing_rescue: 1, made_at },
    ...{ streams: streams.map(save), pushes: pushes.map(save), photos: photos.map(save) },
  });
}

function save({ path, headers, body }: SignedRequest): object {
  return { path, headers: keepHeaders(headers), body: writeBase64(body) };
}

/** Only those that the signature and the reading of the body need; nothing of the session. */
function keepHeaders(headers: SignedRequest['headers']): Record<string, string> {
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
