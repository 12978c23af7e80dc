import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { MadeEntry } from '../entry/entry.ts';
import type { LoggedEntry } from '../log/log.ts';
import { fold } from '../observation/fold.ts';
import type { ObservationView } from '../observation/view.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { type Device, make, type OwnDraft, useDevice } from './device.ts';
import { findProtocol } from './directory.ts';
import type { ShownEntry } from './mark_state.ts';

export type VisitDraft = Omit<OwnDraft, 'subject_id'>;

/** One visit while a screen shows it: what the log holds, and what is on its way to the disk. */
export interface Visit {
  readonly observation_id: string;
  readonly entries: ReadonlySignal<readonly ShownEntry[]>;
  readonly view: ReadonlySignal<ObservationView>;
  readonly protocol: ReadonlySignal<Protocol | null>;
  /** Made but NOT on any disk: writing them failed. */
  readonly unsaved: ReadonlySignal<readonly MadeEntry[]>;
  /** Shows the ring at once; `saved` tells whether the disk took it. */
  record(...drafts: VisitDraft[]): { made: MadeEntry[]; saved: Promise<boolean> };
  tryAgain(): Promise<boolean>;
  close(): void;
}

interface Pending {
  readonly made: MadeEntry;
  readonly has_failed: boolean;
}

export async function openVisit(device: Device, observation_id: string): Promise<Visit> {
  const logged = signal<readonly LoggedEntry[]>(await device.log.entriesOf(observation_id));
  const pending = signal<readonly Pending[]>([]);
  const entries = computed(() => joinEntries(logged.value, pending.value));
  const protocol = computed(() => protocolOf(device, logged.value));
  const view = computed(() =>
    fold(
      entries.value.map((one) => one.entry),
      protocol.value,
    ),
  );

  let writing = 0;
  const stop = device.log.subscribe(({ what, subject_ids }) => {
    // What this screen appends it knows already; reading it back would cost a tap its frame.
    if (what === 'appended' && writing > 0) return;
    if (subject_ids === null || subject_ids.includes(observation_id)) reloadSoon();
  });
  let timer: ReturnType<typeof setTimeout> | null = null;
  const reloadSoon = () => {
    if (timer) return;
    timer = setTimeout(async () => {
      timer = null;
      const read = await device.log.entriesOf(observation_id);
      const known = new Set(read.map(idOf));
      // What was appended while this was read is not in it yet and must not flicker.
      const newer = logged.value.filter((one) => one.is_own && !known.has(idOf(one)));
      batch(() => {
        logged.value = [...read, ...newer];
        pending.value = pending.value.filter((one) => !known.has(one.made.entry.entry_id));
      });
    }, 120);
  };

  async function write(made: readonly MadeEntry[]): Promise<boolean> {
    const ids = new Set(made.map((one) => one.entry.entry_id));
    writing += 1;
    try {
      const written = await device.log.append(made);
      batch(() => {
        const known = new Set(logged.value.map(idOf));
        logged.value = [...logged.value, ...written.filter((one) => !known.has(idOf(one)))];
        pending.value = pending.value.filter((one) => !ids.has(one.made.entry.entry_id));
      });
      return true;
    } catch (error) {
      console.error(error);
      pending.value = pending.value.map((one) =>
        ids.has(one.made.entry.entry_id) ? { ...one, has_failed: true } : one,
      );
      return false;
    } finally {
      writing -= 1;
    }
  }

  const unsaved = computed(() =>
    pending.value.filter((one) => one.has_failed).map((one) => one.made),
  );
  return {
    observation_id,
    entries,
    view,
    protocol,
    unsaved,
    record(...drafts) {
      const made = drafts.map((draft) => make(device, { ...draft, subject_id: observation_id }));
      pending.value = [...pending.value, ...made.map((one) => ({ made: one, has_failed: false }))];
      return { made, saved: write(made) };
    },
    tryAgain: () => write(unsaved.value),
    close() {
      stop();
      if (timer) clearTimeout(timer);
    },
  };
}

const idOf = (one: LoggedEntry) => one.entry.entry_id;

function joinEntries(logged: readonly LoggedEntry[], pending: readonly Pending[]): ShownEntry[] {
  const known = new Set(logged.map(idOf));
  const waiting = pending.filter((one) => !known.has(one.made.entry.entry_id));
  return [
    ...logged,
    ...waiting.map(({ made, has_failed }): ShownEntry => {
      return { entry: made.entry, state: has_failed ? 'unsaved' : 'ring', is_own: true };
    }),
  ];
}

function protocolOf(device: Device, logged: readonly LoggedEntry[]): Protocol | null {
  const started = logged.find((one) => one.entry.kind === 'observation.started')?.entry.payload;
  if (!started) return null;
  const { protocol_slug, protocol_version } = started as Record<string, string>;
  return (
    findProtocol(device.directory.value, protocol_slug ?? null, protocol_version ?? null)
      ?.document ?? null
  );
}

/** undefined: still reading. */
export function useVisit(observation_id: string): Visit | undefined {
  const device = useDevice();
  const [visit, setVisit] = useState<Visit>();
  useEffect(() => {
    let is_gone = false;
    let opened: Visit | undefined;
    void openVisit(device, observation_id).then((one) => {
      opened = one;
      if (is_gone) one.close();
      else setVisit(one);
    });
    return () => {
      is_gone = true;
      opened?.close();
      setVisit(undefined);
    };
  }, [device, observation_id]);
  return visit?.observation_id === observation_id ? visit : undefined;
}
