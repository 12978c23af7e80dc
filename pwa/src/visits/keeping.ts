import { type ReadonlySignal, signal } from '@preact/signals';
import { hasBallast } from '../log/ballast.ts';
import type { DeviceLog } from '../log/log.ts';
import { countOnlyInJournal } from '../log/read.ts';
import { freeBytes, keepSpace, ROOM_FOR_MARKS_BYTES } from '../log/space.ts';
import type { Writing } from './writing.ts';

/** What is known of the room on this tablet; null: the browser does not say. */
export interface Room {
  readonly is_persisted: boolean;
  readonly free_bytes: number | null;
  /** False: what is put by for marks had to be given up. */
  readonly has_reserve: boolean | null;
}

/** low: photos are refused, marks still fit. full: even what was put by for marks is being used up. */
export type RoomLeft = 'enough' | 'low' | 'full';

/** How well this tablet keeps what is on it, on every screen. */
export interface Keeping {
  /** null: not looked yet. */
  readonly room: ReadonlySignal<Room | null>;
  /** Kept by the second journal alone: the log's store refuses. */
  readonly only_in_journal: ReadonlySignal<number>;
  readonly look: () => Promise<void>;
  readonly close: () => void;
}

const LOOK_EVERY_MS = 60_000;
/** What the journal gives back at the start is in the log by then. */
const SETTLED_MS = 3_000;

export function roomLeft(room: Room | null): RoomLeft {
  if (!room || room.free_bytes === null || room.free_bytes >= ROOM_FOR_MARKS_BYTES) return 'enough';
  return room.has_reserve === false ? 'full' : 'low';
}

export function openKeeping(
  log: Pick<DeviceLog, 'perform' | 'subscribe'>,
  writing: Pick<Writing, 'whenWritten' | 'unsaved'>,
): Keeping {
  const room = signal<Room | null>(null);
  const only_in_journal = signal(0);
  const look = async () => {
    const free_bytes = await freeBytes();
    const has_reserve = await hasBallast();
    const is_persisted = room.peek()?.is_persisted ?? (await keepSpace()).is_persisted;
    room.value = { is_persisted, free_bytes, has_reserve };
  };
  const countJournal = async () => {
    only_in_journal.value = await log.perform(countOnlyInJournal());
  };
  const lookQuietly = () => void look().catch(console.error);
  const countQuietly = () => void countJournal().catch(console.error);

  const stops = [
    log.subscribe(() => only_in_journal.peek() > 0 && countQuietly()),
    writing.whenWritten((written) => {
      const refused = written.filter((one) => one.stream_seq === 0).length;
      if (refused === 0) return;
      only_in_journal.value = Math.max(only_in_journal.peek(), refused);
      countQuietly();
      lookQuietly();
    }),
    writing.unsaved.subscribe((unsaved) => unsaved.length > 0 && lookQuietly()),
  ];
  const timers = [setTimeout(countQuietly, SETTLED_MS), setInterval(lookQuietly, LOOK_EVERY_MS)];
  lookQuietly();
  return {
    room,
    only_in_journal,
    look,
    close() {
      for (const stop of stops) stop();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
