import { batch, effect, type ReadonlySignal, signal } from '@preact/signals';
import { fits } from '../../visits/long_text.ts';
import type { Visit } from '../../visits/visit.ts';
import { DRAFT_FIELDS, type DraftField, type FeedbackDraft, readDraft } from '../feedback_draft.ts';

/** A pause after which a field is written to the log though it was not left. */
const PAUSE_MS = 2000;

export interface Composer {
  readonly draft: ReadonlySignal<FeedbackDraft>;
  change(changed: Partial<FeedbackDraft>): void;
  /** On leaving a field, before sharing, before the page goes. */
  saveNow(): void;
  close(): void;
}

/** What is written on this screen and what of it the log already has, one register a field. */
export function openComposer(visit: Visit): Composer {
  const draft = signal(readDraft(visit.view.peek()));
  const shown = new Map(DRAFT_FIELDS.map((field) => [field, versionIds(visit, field)]));
  const unwritten = new Set<DraftField>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const saveNow = () => {
    clearTimeout(timer);
    for (const field of [...unwritten]) {
      // Its field says that it is far too long to be kept.
      if (!fits({ value: draft.peek()[field] })) continue;
      unwritten.delete(field);
      const { made } = visit.record({
        kind: 'draft.written',
        item_key: field,
        payload: { value: draft.peek()[field] },
        replaces: shown.get(field) ?? [],
      });
      shown.set(
        field,
        made.map((one) => one.entry.entry_id),
      );
    }
  };

  // What another page or tablet wrote is taken over where nothing here would be lost by it.
  const stop = effect(() => {
    const view = visit.view.value;
    const newer = readDraft(view);
    batch(() => {
      for (const field of DRAFT_FIELDS) {
        const ids = (view.drafts[field]?.versions ?? []).map((one) => one.entry_id);
        if (ids.length !== 1 || unwritten.has(field) || shown.get(field)?.join() === ids.join())
          continue;
        shown.set(field, ids);
        draft.value = { ...draft.peek(), [field]: newer[field] };
      }
    });
  });

  return {
    draft,
    change(changed) {
      draft.value = { ...draft.peek(), ...changed };
      for (const field of Object.keys(changed) as DraftField[]) unwritten.add(field);
      clearTimeout(timer);
      timer = setTimeout(saveNow, PAUSE_MS);
    },
    saveNow,
    close() {
      saveNow();
      stop();
    },
  };
}

function versionIds(visit: Visit, field: DraftField): string[] {
  const versions = visit.view.peek().drafts[field]?.versions ?? [];
  // The one that stands in the field was shown; others stay until somebody chooses.
  return versions.slice(-1).map((one) => one.entry_id);
}
