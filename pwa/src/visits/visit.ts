import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { MadeEntry } from '../entry/entry.ts';
import type { LogErrorCode } from '../log/error.ts';
import { hashBytes } from '../log/hash.ts';
import type { LoggedEntry } from '../log/log.ts';
import { is_withdrawn as hasBeenWithdrawn } from '../log/withdrawn.ts';
import { fold } from '../observation/fold.ts';
import type { ObservationView } from '../observation/view.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { type Device, make, type OwnDraft } from './device.ts';
import { useDevice } from './device_context.ts';
import { findProtocol } from './directory.ts';
import { returnedFeedback, type ShownEntry, standing } from './mark_state.ts';
import { steadyList, steadyParts } from './steady.ts';
import type { Pending } from './writing.ts';

export interface PhotoDraft {
  readonly item_key: string;
  readonly alt: string;
  readonly names_covered: true;
  /** When the shutter was pressed. */
  readonly occurred_at: string;
}

export type VisitDraft = Omit<OwnDraft, 'subject_id'>;

/** One visit while a screen shows it: what the log holds, and what is on its way to the disk. */
export interface Visit {
  readonly observation_id: string;
  /** All of them, also what the server set aside and what is on no disk. */
  readonly entries: ReadonlySignal<readonly ShownEntry[]>;
  /** Without what the server set aside. */
  readonly view: ReadonlySignal<ObservationView>;
  readonly protocol: ReadonlySignal<Protocol | null>;
  /** She may read it no more. Under way it goes on: what is noted is kept, sent, and the server decides. */
  readonly is_withdrawn: ReadonlySignal<boolean>;
  /** Made but NOT on any disk: writing them failed. */
  readonly unsaved: ReadonlySignal<readonly MadeEntry[]>;
  /** The latest feedback where it came back: "not shared: why". */
  readonly returned: ReadonlySignal<ShownEntry | null>;
  /** A ring at once, drawn where the disk is not faster; `saved` tells whether the disk took it. */
  record(...drafts: VisitDraft[]): { made: MadeEntry[]; saved: Promise<boolean> };
  /** As record(), with the picture that the entry names. */
  recordPhoto(draft: PhotoDraft, bytes: ArrayBuffer): Promise<'saved' | LogErrorCode>;
  tryAgain(): Promise<boolean>;
  close(): void;
}

const REREAD_MS = 120;
const READ_AGAIN_MS = 3_000;

export async function openVisit(device: Device, observation_id: string): Promise<Visit> {
  const { log, writing } = device;
  const logged = signal<readonly LoggedEntry[]>([]);
  const is_withdrawn = signal(false);
  // Heard from the beginning: what another tab writes while this one reads must not be missed.
  let timer: ReturnType<typeof setTimeout> | null = null;
  const read = async () => {
    const found = await log.entriesOf(observation_id);
    is_withdrawn.value = await log.perform(hasBeenWithdrawn(observation_id));
    const known = new Set(found.map(idOf));
    // What was appended while this was read is not in it yet and must not flicker.
    const newer = logged.peek().filter((one) => keepsShowing(one) && !known.has(idOf(one)));
    logged.value = is_withdrawn.value && newer.some(is_finish) ? found : [...found, ...newer];
  };
  // A visit under way is not taken from the screen, begun on another tablet or not.
  const keepsShowing = (one: LoggedEntry) => one.is_own || is_withdrawn.value;
  const readSoon = (ms: number) => {
    timer ??= setTimeout(async () => {
      timer = null;
      await read().catch((error) => {
        console.error(error);
        readSoon(READ_AGAIN_MS);
      });
    }, ms);
  };
  const stops = [
    log.subscribe(({ what, subject_ids, from }) => {
      // What this tab writes it is told below; reading it back would cost a tap its frame.
      if (what === 'appended' && from === 'here' && writing.is_writing()) return;
      if (subject_ids === null || subject_ids.includes(observation_id)) readSoon(REREAD_MS);
    }),
    writing.whenWritten((written) => {
      const known = new Set(logged.peek().map(idOf));
      const here = written.filter(
        (one) => one.entry.subject_id === observation_id && !known.has(idOf(one)),
      );
      if (here.length > 0) logged.value = [...logged.peek(), ...here];
    }),
  ];
  const close = () => {
    for (const stop of stops) stop();
    if (timer) clearTimeout(timer);
  };
  try {
    await read();
  } catch (error) {
    close();
    throw error;
  }
  return { ...showVisit(device, observation_id, logged), is_withdrawn, close };
}

function showVisit(
  device: Device,
  observation_id: string,
  logged: ReadonlySignal<readonly LoggedEntry[]>,
): Omit<Visit, 'is_withdrawn' | 'close'> {
  const { writing } = device;
  const pending = computed(() =>
    writing.pending.value.filter((one) => one.made.entry.subject_id === observation_id),
  );
  const entries = computed(() => joinEntries(logged.value, pending.value));
  const protocol = computed(() => protocolOf(device, logged.value));
  // A ring that becomes a dot changes nothing of the view: it is not folded anew.
  const stands = steadyList(() => standing(entries.value));
  const folded = computed(() => fold([...stands.value], protocol.value));
  const items = steadyParts(() => folded.value.items);
  return {
    observation_id,
    entries,
    protocol,
    view: computed(() => ({ ...folded.value, items: items.value })),
    unsaved: computed(() => pending.value.filter((one) => one.has_failed).map((one) => one.made)),
    returned: computed(() => returnedFeedback(entries.value)),
    record(...drafts) {
      const made = drafts.map((draft) => make(device, { ...draft, subject_id: observation_id }));
      return { made, saved: writing.write(made) };
    },
    recordPhoto({ item_key, occurred_at, alt, names_covered }, bytes) {
      const sha256 = hashBytes(new Uint8Array(bytes));
      const payload = { sha256, alt, names_covered };
      const draft = { kind: 'photo.taken', item_key, occurred_at, payload };
      return writing.writePhoto(make(device, { ...draft, subject_id: observation_id }), bytes);
    },
    tryAgain: writing.tryAgain,
  };
}

const idOf = (one: LoggedEntry) => one.entry.entry_id;
const is_finish = (one: LoggedEntry) => one.entry.kind === 'observation.finished';

function joinEntries(logged: readonly LoggedEntry[], pending: readonly Pending[]): ShownEntry[] {
  const known = new Set(logged.map(idOf));
  const waiting = pending.filter((one) => !known.has(one.made.entry.entry_id));
  return [
    ...logged.map((one): ShownEntry => (one.stream_seq === 0 ? { ...one, state: 'journal' } : one)),
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

/** undefined: still reading. Throws where reading failed: the frame says so and offers to try again. */
export function useVisit(observation_id: string): Visit | undefined {
  const device = useDevice();
  const [visit, setVisit] = useState<Visit>();
  const [failure, setFailure] = useState<{ cause: unknown } | null>(null);
  useEffect(() => {
    let is_gone = false;
    let opened: Visit | undefined;
    openVisit(device, observation_id).then(
      (one) => {
        opened = one;
        if (is_gone) one.close();
        else setVisit(one);
      },
      (cause) => {
        if (!is_gone) setFailure({ cause });
      },
    );
    return () => {
      is_gone = true;
      opened?.close();
      setVisit(undefined);
      setFailure(null);
    };
  }, [device, observation_id]);
  if (failure) throw failure.cause;
  return visit?.observation_id === observation_id ? visit : undefined;
}
