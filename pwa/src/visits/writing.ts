import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { MadeEntry } from '../entry/entry.ts';
import { LogError, type LogErrorCode } from '../log/error.ts';
import type { DeviceLog, LoggedEntry } from '../log/log.ts';
import { drawLater } from './drawing.ts';

/** Made, but not known to be on the disk. */
export interface Pending {
  readonly made: MadeEntry;
  readonly has_failed: boolean;
}

/** What is on its way to the disk, for as long as the app is open: leaving a visit forgets none of it. */
export interface Writing {
  readonly pending: ReadonlySignal<readonly Pending[]>;
  /** Made but NOT on any disk: writing them failed. */
  readonly unsaved: ReadonlySignal<readonly MadeEntry[]>;
  readonly is_writing: () => boolean;
  /** True when the disk took all of it. */
  write(made: readonly MadeEntry[]): Promise<boolean>;
  /** A photo that the disk refuses is not kept here: it stays with the screen that took it. */
  writePhoto(made: MadeEntry, bytes: ArrayBuffer): Promise<'saved' | LogErrorCode>;
  /** Writes once more what failed, of every visit. */
  tryAgain(): Promise<boolean>;
  /** Called with what was written, before it leaves `pending`. Gives the way to stop. */
  whenWritten(hear: (written: readonly LoggedEntry[]) => void): () => void;
}

export function openWriting(log: Pick<DeviceLog, 'append' | 'appendPhoto'>): Writing {
  const pending = signal<readonly Pending[]>([]);
  const unsaved = computed(() =>
    pending.value.filter((one) => one.has_failed).map((one) => one.made),
  );
  const listeners = new Set<(written: readonly LoggedEntry[]) => void>();
  let writing = 0;

  function leavePending(made: readonly MadeEntry[], written: readonly LoggedEntry[]): void {
    const ids = new Set(made.map(idOf));
    batch(() => {
      for (const hear of listeners) hear(written);
      pending.value = pending.value.filter((one) => !ids.has(idOf(one.made)));
    });
  }

  async function appendPhoto(made: MadeEntry, bytes: ArrayBuffer): Promise<'saved' | LogErrorCode> {
    writing += 1;
    try {
      leavePending([made], [await log.appendPhoto(made, bytes)]);
      return 'saved';
    } catch (error) {
      console.error(error);
      leavePending([made], []);
      return error instanceof LogError ? error.code : 'storage-unavailable';
    } finally {
      writing -= 1;
    }
  }

  async function append(made: readonly MadeEntry[]): Promise<boolean> {
    const ids = new Set(made.map(idOf));
    writing += 1;
    try {
      const written = await log.append(made);
      leavePending(made, written);
      return true;
    } catch (error) {
      console.error(error);
      pending.value = pending.value.map((one) =>
        ids.has(idOf(one.made)) ? { ...one, has_failed: true } : one,
      );
      return false;
    } finally {
      writing -= 1;
    }
  }

  return {
    pending,
    unsaved,
    is_writing: () => writing > 0,
    write(made) {
      // On its way first: what counts it on the screen is done while the browser seals it.
      const saved = append(made);
      drawLater(() => {
        pending.value = [
          ...pending.value,
          ...made.map((one) => ({ made: one, has_failed: false })),
        ];
      });
      return saved;
    },
    writePhoto(made, bytes) {
      pending.value = [...pending.value, { made, has_failed: false }];
      return appendPhoto(made, bytes);
    },
    tryAgain: () => append(unsaved.peek()),
    whenWritten(hear) {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
  };
}

function idOf(made: MadeEntry): string {
  return made.entry.entry_id;
}

/** Whether a mark is on no disk: then nothing that ends or hands on a visit may begin. */
export function has_unsaved(
  { pending }: Pick<Writing, 'pending'>,
  observation_id?: string,
): boolean {
  return pending.value.some(
    ({ made, has_failed }) =>
      has_failed && (observation_id === undefined || made.entry.subject_id === observation_id),
  );
}

/** The browser asks before the tab is closed with a mark that is on no disk. */
export function warnBeforeLeaving({ pending }: Pick<Writing, 'pending'>): () => void {
  const ask = (event: BeforeUnloadEvent) => {
    if (pending.peek().length > 0) event.preventDefault();
  };
  globalThis.addEventListener?.('beforeunload', ask);
  return () => globalThis.removeEventListener?.('beforeunload', ask);
}
