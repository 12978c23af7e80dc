import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { acknowledge, readRows } from '../../pwa/src/log/deliver.ts';
import { forgetVerified, KEPT_AFTER_VERIFYING_MS } from '../../pwa/src/log/forget.ts';
import { hashBytes } from '../../pwa/src/log/hash.ts';
import type { DeviceLog } from '../../pwa/src/log/log.ts';
import { writeStream } from '../../pwa/src/log/meta.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { markVerified, sendAgain } from '../../pwa/src/log/photos.ts';
import { readMark, readStream } from '../../pwa/src/log/read.ts';
import type { PhotoRow, StreamRow } from '../../pwa/src/log/stores.ts';
import { get, put, run } from '../../pwa/src/machine/ask.ts';
import type { KeptBytes, Script, StoreName, StoreScript } from '../../pwa/src/machine/effect.ts';
import { type Port, perform } from '../../pwa/src/machine/perform.ts';
import { beginConversation } from '../../pwa/src/sync/conversation.ts';
import { startSync } from '../../pwa/src/sync/sync.ts';
import { verifyStream } from '../../pwa/src/sync/verify.ts';
import { browserPorts, type Ports, syncPort } from '../../pwa/src/sync/world.ts';
import { SyncServer } from './sync_server.ts';
import { PERSON, tap, taps } from './tablet.ts';

const SESSION = {
  ...{ person_id: PERSON, display_name: 'Dana Reyes', tenant_id: 't', tenant_name: 'Riverbend' },
  ...{ roles: ['coach'], csrf_token: null },
};
const TODAY = Date.parse('2026-11-12T14:05:12.345Z');
const IN_A_MONTH = TODAY + KEPT_AFTER_VERIFYING_MS;

let server: SyncServer;
let ports: Ports;
let port: Port;
let log: DeviceLog;

beforeEach(async () => {
  server = new SyncServer();
  server.signed_in = PERSON;
  ports = { ...browserPorts, base: await server.start() };
  log = await openLog(PERSON);
  port = syncPort(ports, log.port).port;
});

afterEach(async () => {
  server.stop();
  log.close();
  await deleteDB(`noticing-${PERSON}`);
  await deleteDB('noticing');
});

/** A finished visit that the server has, and was seen to hold whole. */
async function deliver(): Promise<StreamRow> {
  await log.append([...taps(2), tap({ kind: 'observation.finished', item_key: null })]);
  const sync = startSync(log, SESSION, ports);
  const done = { is_sending: false, network: 'online', on_tablet: 0, photos_waiting: 0 };
  await vi.waitFor(() => expect(sync.status.value).toMatchObject(done), 8_000);
  sync.stop();
  const { stream_id } = await log.perform(readMark());
  const stream = (await log.perform(readStream(stream_id))) as StreamRow;
  const through = stream.last_seq;
  return {
    ...stream,
    verified_through: through,
    verified_epoch: server.epoch,
    verified_marks: [{ through, server_ms: TODAY }],
  };
}

/** `other` happens before the effect of that place; false where the script came to its end before. */
async function interleave(
  script: Script<unknown>,
  place: number,
  other: () => Promise<void>,
): Promise<boolean> {
  let asked = 0;
  await perform(script, async (effect) => {
    asked += 1;
    if (asked === place) await other();
    return port(effect);
  });
  return asked >= place;
}

/** At every place, each time from the same beginning. The last time nothing happens beside the script. */
async function interleaveEverywhere(
  begin: () => Promise<Script<unknown>>,
  other: () => Promise<void>,
  look: (has_happened: boolean) => Promise<void>,
): Promise<void> {
  for (let place = 1; ; place += 1) {
    const has_happened = await interleave(await begin(), place, other);
    await look(has_happened);
    if (!has_happened) {
      expect(place).toBeGreaterThan(2);
      return;
    }
  }
}

/** It was restored from a backup of before all of this. */
async function goBack({ stream_id }: StreamRow): Promise<void> {
  const mark = { stream_id, through: 0, hash: '0'.repeat(64), set_aside: [] };
  await log.perform(acknowledge({ ...mark, may_go_back: true }));
}

function write(stores: readonly StoreName[], work: () => StoreScript<void>): Promise<void> {
  return log.perform(
    run<void>({ stores: [...stores], mode: 'readwrite', durability: 'strict', work }),
  );
}

const bodiesOf = async ({ stream_id }: StreamRow) =>
  (await log.perform(readRows(stream_id, 1, 9))).map((row) => row.body);

test('what is here when the server turns out to stand behind stays, whatever was about to leave', async () => {
  const stream = await deliver();
  const rows = await log.perform(readRows(stream.stream_id, 1, 9));
  let held: unknown[] = [];
  const begin = async () => {
    await write(['entries'], function* () {
      for (const row of rows) yield* put('entries', row);
    });
    await log.perform(writeStream(stream.stream_id, { ...stream, forgotten_through: 0 }));
    return forgetVerified(IN_A_MONTH, server.epoch);
  };
  const other = async () => {
    held = await bodiesOf(stream);
    await goBack(stream);
  };
  await interleaveEverywhere(begin, other, async (has_happened) => {
    expect(await bodiesOf(stream)).toEqual(has_happened ? held : [null, null, null]);
  });
});

test('a photo that is here when the server asks for it again stays, though it was about to leave', async () => {
  const bytes = new Uint8Array(2_000).map((_, at) => (at * 7) % 251).buffer;
  const sha256 = hashBytes(new Uint8Array(bytes));
  const payload = { sha256, alt: 'Four posters on a wall', names_covered: true };
  await log.appendPhoto(tap({ kind: 'photo.taken', item_key: 'work', payload }), bytes);
  await deliver();
  await log.perform(markVerified([sha256], TODAY, server.epoch));
  const photo = () =>
    log.perform(
      run({
        stores: ['photos', 'photo_bytes'],
        mode: 'readonly',
        durability: 'relaxed',
        *work() {
          const row = yield* get<PhotoRow>('photos', sha256);
          return { row, kept: yield* get<KeptBytes>('photo_bytes', sha256) };
        },
      }),
    );
  const first = await photo();
  let held: unknown;
  const begin = async () => {
    await write(['photos', 'photo_bytes'], function* () {
      yield* put('photos', { ...first.row, verified_ms: TODAY, verified_epoch: server.epoch });
      yield* put('photo_bytes', first.kept, sha256);
    });
    return forgetVerified(IN_A_MONTH - 1, server.epoch);
  };
  const other = async () => {
    held = (await photo()).kept;
    await log.perform(sendAgain([sha256]));
  };
  await interleaveEverywhere(begin, other, async (has_happened) => {
    const { row, kept } = await photo();
    expect(kept).toEqual(has_happened ? held : undefined);
    expect(row?.is_sent).toBe(!has_happened);
    expect(row?.is_forgotten ?? false).toBe(kept === undefined);
  });
});

test('nothing counts as verified beyond what the server says that it has, whenever it goes back', async () => {
  const stream = await deliver();
  const begin = async () => {
    const { verified_epoch: _, ...unverified } = stream;
    const fresh = { ...unverified, verified_through: 0, verified_marks: [] };
    await log.perform(writeStream(stream.stream_id, fresh));
    const talk = { server_ms: TODAY, server_epoch: server.epoch };
    return verifyStream(Object.assign(beginConversation(SESSION), talk), fresh);
  };
  await interleaveEverywhere(
    begin,
    () => goBack(stream),
    async (has_happened) => {
      const now = (await log.perform(readStream(stream.stream_id))) as StreamRow;
      const acknowledged = has_happened ? 0 : 3;
      const seen = [now.acknowledged_through, now.verified_through, now.verified_marks?.length];
      expect(seen).toEqual([acknowledged, acknowledged, has_happened ? 0 : 1]);
    },
  );
});
