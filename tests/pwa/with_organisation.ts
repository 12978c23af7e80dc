import 'fake-indexeddb/auto';
import { gunzipSync } from 'node:zlib';
import { deleteDB } from 'idb';
import { afterEach, beforeEach } from 'vitest';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { writeStream } from '../../pwa/src/log/meta.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import type { Script } from '../../pwa/src/machine/effect.ts';
import { type Port, perform } from '../../pwa/src/machine/perform.ts';
import { openStreamKey } from '../../pwa/src/sync/stream_key.ts';
import { browserPorts, syncPort } from '../../pwa/src/sync/world.ts';
import type { SignedRequest } from '../../pwa/src/vault/rescue_file.ts';
import { PERSON } from './tablet.ts';

// A tablet, and the organisation that alone opens what it seals; whoever imports this has both anew for each test.

export let log: DeviceLog;
export let port: Port;
export let organisation: CryptoKeyPair;
const KIND = { name: 'RSA-OAEP', hash: 'SHA-256' };

beforeEach(async () => {
  log = await openLog(PERSON);
  port = syncPort(browserPorts, log.port).port;
  const shape = { ...KIND, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  organisation = await crypto.subtle.generateKey(shape, true, ['encrypt', 'decrypt']);
});

afterEach(async () => {
  log.close();
  await deleteDB(`noticing-${PERSON}`);
  await deleteDB('noticing');
});

export const ask = <Result>(script: Script<Result>) => perform(script, port);

/** As after the first contact. */
export async function meetServer(): Promise<void> {
  const jwk = await crypto.subtle.exportKey('jwk', organisation.publicKey);
  await log.vault.sealTo({ key_id: 'k1', jwk });
  await enrol();
}

export async function enrol(): Promise<void> {
  await ask(openStreamKey());
  const { stream_id } = await ask(readMark());
  await ask(writeStream(stream_id, { is_enrolled: true }));
}

export interface Push {
  stream_id: string;
  from_seq: number;
  bodies?: string[];
  sealed?: { key_id: string; sealed_key: string; bodies: string[] };
}

export function readPush({ body }: SignedRequest): Push {
  return JSON.parse(gunzipSync(body).toString());
}

/** What only the organisation can do. */
export async function openBodies({ sealed }: Push): Promise<string[]> {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
  const wrapped = bytes(sealed?.sealed_key ?? '');
  const secret = await crypto.subtle.decrypt(KIND, organisation.privateKey, wrapped);
  const key = await crypto.subtle.importKey('raw', secret, 'AES-GCM', false, ['decrypt']);
  return Promise.all(
    (sealed?.bodies ?? []).map(async (body) => {
      const iv = bytes(body).slice(0, 12);
      const plain = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv },
        key,
        bytes(body).slice(12),
      );
      return new TextDecoder().decode(plain);
    }),
  );
}
