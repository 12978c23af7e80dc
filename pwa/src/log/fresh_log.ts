import { deleteDB, openDB } from 'idb';
import { freeBytes, ROOM_FOR_MARKS_BYTES } from './space.ts';

const NAME = 'noticing-filling';
/** More than the browser keeps of a database before it writes it down whole: 4 MB, and each time in steps. */
const STEPS = 20;
const STEP = Array.from({ length: 8 }, () => ' '.repeat(30_000));

let is_underway = false;

/**
 * Chromium's IndexedDB (LevelDB) goes on writing in the log of the time before, also behind a record that a power cut
 * tore, and throws the whole database away when it reads that at the next start. It begins a new log, and writes down
 * whole what the old one held, when enough was written: so that much is written once, and thrown away
 * (docs/decisions/0012-a-torn-end.md). Other browsers keep theirs in SQLite. Never rejects.
 */
export async function beginFreshLog(): Promise<void> {
  if (is_underway || !is_chromium()) return;
  is_underway = true;
  try {
    // What a crash left of it takes up room.
    await deleteDB(NAME);
    if (await has_room()) await fill();
  } catch (cause) {
    console.error(cause);
  } finally {
    is_underway = false;
  }
}

/** Once for all tabs that are open beside each other: the first of them. */
export async function beginFreshLogOnce(): Promise<void> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (!locks || !is_chromium()) return;
  await new Promise<void>((done) => {
    locks
      .request(NAME, { ifAvailable: true }, async (held) => {
        if (held) await beginFreshLog();
        done();
        // Until this page is gone.
        if (held) await new Promise(() => undefined);
      })
      .catch((cause) => {
        console.error(cause);
        done();
      });
  });
}

async function fill(): Promise<void> {
  const database = await openDB(NAME, 1, {
    upgrade: (made) => {
      made.createObjectStore('filling', { autoIncrement: true });
    },
  });
  try {
    for (let step = 0; step < STEPS; step += 1) {
      // Not waited for by the disk: what is written down whole is, by the browser itself.
      const transaction = database.transaction('filling', 'readwrite', { durability: 'relaxed' });
      for (const piece of STEP) transaction.store.add(piece);
      await transaction.done;
    }
  } finally {
    database.close();
    await deleteDB(NAME);
  }
}

async function has_room(): Promise<boolean> {
  const free = await freeBytes();
  return free === null || free >= ROOM_FOR_MARKS_BYTES;
}

interface Said {
  readonly userAgentData?: { readonly brands?: readonly { readonly brand: string }[] };
}

/** By the brands that it says; old ones say none and are left as they are. */
function is_chromium(): boolean {
  const { userAgentData } = (globalThis.navigator ?? {}) as Said;
  return userAgentData?.brands?.some((one) => one.brand === 'Chromium') ?? false;
}
