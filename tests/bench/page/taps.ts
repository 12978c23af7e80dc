/** Watches the app from outside while it is tapped; the app knows nothing of it. */
import { readClock } from '../../../pwa/src/entry/clock.ts';
import { makeEntry, makeId } from '../../../pwa/src/entry/entry.ts';
import { deviceRandom } from '../../../pwa/src/entry/random.ts';
import type { DeviceLog } from '../../../pwa/src/log/log.ts';
import { openLog } from '../../../pwa/src/log/open.ts';

/** All from the finger's leaving the glass. */
export interface Tap {
  /** To the event that says that the log's transaction is on the disk. */
  readonly complete_ms: number;
  /** To the dot in the DOM. */
  readonly dot_ms: number;
  /** To the end of the frame that draws it, on this thread; at 60 a second a frame alone is up to 16.7 ms away. */
  readonly frame_ms: number;
}

export type Yardstick = 'relaxed' | 'strict' | 'log';

const PATIENCE_MS = 10_000;
let watched: Promise<Tap> | null = null;

/** Watches the button of that number for one tap, and says where to tap. */
export function watch(index: number): { x: number; y: number } {
  const button = buttons()[index % buttons().length];
  if (!button) throw new Error('no look-for is on the screen');
  watched = watchTap(button);
  return middleOf(button);
}

export function tapped(): Promise<Tap> {
  if (!watched) throw new Error('nothing is watched');
  return watched;
}

/** Lets the app talk with its server now, by one of the moments on which it does so by itself. */
export function talkNow(): void {
  window.dispatchEvent(new Event('focus'));
}

/** Milliseconds of each yardstick, one after another in the order that is asked for. */
export async function measure(order: readonly Yardstick[]): Promise<Record<string, number>> {
  const times: Record<string, number> = {};
  const { entry, body } = mark();
  for (const yardstick of order) {
    const database = await openBare();
    const log = await openOwnLog();
    const started = performance.now();
    if (yardstick === 'log') await log.append([{ entry, body }]);
    else await put(database, yardstick, body);
    times[yardstick] = performance.now() - started;
  }
  return times;
}

/** One record of an entry's size in a store of its own, nothing else. */
async function put(
  database: IDBDatabase,
  durability: IDBTransactionDurability,
  body: string,
): Promise<void> {
  const transaction = database.transaction('puts', 'readwrite', { durability });
  transaction.objectStore('puts').add({ body });
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

function mark() {
  const subject_id = makeId(Date.now(), deviceRandom);
  const draft = {
    author_id: subject_id,
    subject_id,
    kind: 'item.marked',
    item_key: 'goal_visible',
  };
  return makeEntry({ ...draft, payload: {} }, readClock(), deviceRandom);
}

function buttons(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('.look-tap')];
}

function middleOf(button: HTMLElement): { x: number; y: number } {
  if (!is_on_top(button)) button.scrollIntoView({ block: 'center' });
  if (!is_on_top(button)) throw new Error('the look-for is covered');
  return place(button);
}

function is_on_top(button: HTMLElement): boolean {
  const { x, y } = place(button);
  return button.contains(document.elementFromPoint(x, y));
}

function place(button: HTMLElement): { x: number; y: number } {
  const { left, top, width, height } = button.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

function watchTap(button: HTMLElement): Promise<Tap> {
  const sign = button.querySelector<HTMLElement>('.sign');
  if (!sign) throw new Error('the look-for has no sign');
  const before = countIn(button);
  return new Promise((resolve, reject) => {
    let lifted_at = 0;
    const completed = watchTransaction();
    const observer = new MutationObserver(() => {
      const { state } = sign.dataset;
      // Where the disk is fast no ring comes between: then the count alone says that a mark is new.
      if (lifted_at === 0 || state === 'ring' || countIn(button) === before) return;
      if (state === 'dot' || state === 'check') finish(performance.now());
      else reject(new Error(`the tap ended as: ${state}`));
    });
    const timer = setTimeout(() => reject(new Error('no dot in ten seconds')), PATIENCE_MS);
    const finish = async (dot_at: number) => {
      observer.disconnect();
      clearTimeout(timer);
      const frame_at = await endOfFrame();
      resolve({
        complete_ms: completed() - lifted_at,
        dot_ms: dot_at - lifted_at,
        frame_ms: frame_at - lifted_at,
      });
    };
    const onLift = (event: PointerEvent) => {
      lifted_at = event.timeStamp;
    };
    button.addEventListener('pointerup', onLift, { capture: true, once: true });
    observer.observe(button, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  });
}

function countIn(button: HTMLElement): string | undefined {
  return button.querySelector('.look-box')?.innerHTML;
}

/** When the next strict transaction on entries was complete. */
function watchTransaction(): () => number {
  const { prototype } = IDBDatabase;
  const begin = prototype.transaction;
  let complete_at = Number.NaN;
  prototype.transaction = function (this: IDBDatabase, stores, mode, options) {
    const transaction = begin.call(this, stores, mode, options);
    if (options?.durability === 'strict' && [...stores].includes('entries')) {
      prototype.transaction = begin;
      transaction.addEventListener('complete', () => {
        complete_at = performance.now();
      });
    }
    return transaction;
  };
  return () => complete_at;
}

function endOfFrame(): Promise<number> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(null);
    });
  });
}

let bare: Promise<IDBDatabase> | null = null;
let own_log: Promise<DeviceLog> | null = null;

function openBare(): Promise<IDBDatabase> {
  bare ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('bench-bare', 1);
    request.onupgradeneeded = () =>
      request.result.createObjectStore('puts', { autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return bare;
}

/** The app's log, of nobody, without a screen or sync on it. */
function openOwnLog(): Promise<DeviceLog> {
  own_log ??= openLog('bench');
  return own_log;
}
