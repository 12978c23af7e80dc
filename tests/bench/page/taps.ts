/** Watches the app from outside while it is tapped; the app knows nothing of it. */
import { readClock } from '../../../pwa/src/entry/clock.ts';
import { makeEntry, makeId } from '../../../pwa/src/entry/entry.ts';
import { deviceRandom } from '../../../pwa/src/entry/random.ts';
import type { DeviceLog } from '../../../pwa/src/log/log.ts';
import { openLog } from '../../../pwa/src/log/open.ts';

export interface Tap {
  /** From the finger's leaving the glass to the ring in the DOM. */
  readonly ring_ms: number;
  /** From the finger's leaving the glass to the dot in the DOM. */
  readonly dot_ms: number;
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
  return new Promise((resolve, reject) => {
    let lifted_at = 0;
    let ring_at = 0;
    const observer = new MutationObserver(() => {
      const { state } = sign.dataset;
      if (state === 'ring') ring_at ||= performance.now();
      else if (ring_at > 0) finish(state);
    });
    const timer = setTimeout(() => finish('no dot in ten seconds'), PATIENCE_MS);
    const finish = (state: string | undefined) => {
      const dot_ms = performance.now() - lifted_at;
      observer.disconnect();
      clearTimeout(timer);
      if (state === 'dot' || state === 'check') resolve({ ring_ms: ring_at - lifted_at, dot_ms });
      else reject(new Error(`the tap ended as: ${state}`));
    };
    const onLift = (event: PointerEvent) => {
      lifted_at = event.timeStamp;
    };
    button.addEventListener('pointerup', onLift, { capture: true, once: true });
    observer.observe(sign, { attributes: true, attributeFilter: ['data-state'] });
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
