import { readClock, writeTime } from '../entry/clock.ts';
import {
  readHalfLine as readKept,
  subjectsWithHalfLine,
  writeHalfLine,
} from '../log/half_lines.ts';
import type { DeviceLog } from '../log/log.ts';
import { type Device, make } from './device.ts';
import { splitText } from './long_text.ts';
import type { VisitDraft } from './visit.ts';

export type Speaker = 'T' | 'S' | 'O';

/** A line that is being typed: not yet an entry, so that it is kept beside the log. */
export interface HalfLine {
  text: string;
  speaker: Speaker;
  /** When typing began; null while the line is empty. */
  occurred_at: string | null;
}

export const EMPTY_LINE: HalfLine = { text: '', speaker: 'T', occurred_at: null };

type Log = Pick<DeviceLog, 'perform'>;
type Maker = Pick<Device, 'log' | 'session'>;

/** It outlives a reload and a browser that is killed. Kept one after the other, in the order they were typed. */
export function keepHalfLine(log: Log, observation_id: string, line: HalfLine): Promise<void> {
  const kept = line.text ? JSON.stringify(line) : null;
  // What does not get there costs only the half-typed line.
  return inTurn(() => log.perform(writeHalfLine(observation_id, kept))).catch(console.error);
}

let last: Promise<unknown> = Promise.resolve();

function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}

export function readHalfLine(log: Log, observation_id: string): Promise<HalfLine> {
  return inTurn(() => readNow(log, observation_id));
}

async function readNow(log: Log, observation_id: string): Promise<HalfLine> {
  const kept = await log.perform(readKept(observation_id));
  return kept ? { ...EMPTY_LINE, ...JSON.parse(kept) } : EMPTY_LINE;
}

/** The entries that a line becomes: one, several where it is very long, none while nothing is typed. */
export function lineDrafts(
  line: { text: string; speaker: string; occurred_at: string | null },
  item_key: string | null,
): VisitDraft[] {
  const { text, speaker, occurred_at } = line;
  return splitText(text).map((piece, at) => ({
    kind: 'script.written',
    item_key,
    payload: { text: piece, speaker },
    // A millisecond apart, so that they stay in their order.
    occurred_at: at === 0 && occurred_at ? occurred_at : later(occurred_at, at),
  }));
}

function later(time: string | null, ms: number): string {
  const { wall_ms, offset_minutes } = readClock();
  const [, sign = '', hours = '', minutes = ''] = /([+-])(\d\d):(\d\d)$/.exec(time ?? '') ?? [];
  const away = Number(hours) * 60 + Number(minutes);
  const offset = time === null ? offset_minutes : sign === '-' ? -away : away;
  return writeTime((time === null ? wall_ms : Date.parse(time)) + ms, offset);
}

/** When it became an entry. */
export function forgetHalfLine(log: Log, observation_id: string): Promise<void> {
  return keepHalfLine(log, observation_id, EMPTY_LINE);
}

/** What was heard stays behind as an entry, of a visit that is over or of somebody who leaves. */
export function addHalfLine(device: Maker, subject_id: string): Promise<void> {
  const { log } = device;
  return inTurn(async () => {
    const drafts = lineDrafts(await readNow(log, subject_id), null);
    if (drafts.length === 0) return;
    await log.append(drafts.map((draft) => make(device, { ...draft, subject_id })));
    await log.perform(writeHalfLine(subject_id, null));
  });
}

export async function addHalfLines(device: Maker): Promise<void> {
  for (const subject_id of await device.log.perform(subjectsWithHalfLine())) {
    await addHalfLine(device, subject_id);
  }
}

const OLD_PREFIX = 'half-line-';

/** Until 0.1.0 they lay in the clear beside the databases. Each goes to whose visit it is. */
export async function adoptOldHalfLines(log: Log & Pick<DeviceLog, 'entriesOf'>): Promise<void> {
  const old = Object.keys(globalThis.localStorage ?? {}).filter((key) =>
    key.startsWith(OLD_PREFIX),
  );
  for (const key of old) {
    const observation_id = key.slice(OLD_PREFIX.length);
    const is_here = (await log.entriesOf(observation_id)).some((one) => one.is_own);
    const text = localStorage.getItem(key);
    if (!is_here || text === null) continue;
    await log.perform(writeHalfLine(observation_id, text));
    localStorage.removeItem(key);
  }
}
