import type { Asked, JournalEffect, Told } from '../journal/asked.ts';

export interface Journal {
  perform(effect: JournalEffect): unknown;
  close(): void;
}

const NOTHING: Readonly<Record<JournalEffect['ask'], unknown>> = {
  read: [],
  append: false,
  settle: undefined,
  drop: undefined,
  complete: 0,
};
const NO_JOURNAL: Journal = {
  perform: (effect) => NOTHING[effect.ask],
  close: () => undefined,
};

/**
 * The second journal, in the origin's private file system: another code path to the disk than IndexedDB.
 * Where the browser has none (older ones, private windows), every answer is that of an empty journal. Damage is told by its
 * place, each once.
 */
export function openJournal(
  profile: string,
  tellDamage: (places: readonly string[]) => void = () => undefined,
): Journal {
  if (!can_have_journal()) return NO_JOURNAL;
  const worker = new Worker(new URL('../journal/worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, (told: Told) => void>();
  let next_id = 0;
  let is_broken = false;

  worker.onmessage = ({ data }: MessageEvent<Told>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
    if (data.damage) tellDamage(data.damage);
  };
  const end = (failed: string) => {
    is_broken = true;
    for (const [id, hear] of waiting) hear({ id, failed });
    waiting.clear();
  };
  worker.onerror = () => end('the worker failed');
  const ask = (effect: JournalEffect): Promise<Told> =>
    new Promise((resolve) => {
      const id = ++next_id;
      waiting.set(id, resolve);
      worker.postMessage({ id, profile, effect } satisfies Asked);
    });

  return {
    perform(effect) {
      if (is_broken) return NO_JOURNAL.perform(effect);
      const told = ask(effect);
      if (effect.ask === 'append' && !effect.is_awaited) {
        told.catch(() => undefined);
        return true;
      }
      return told.then(
        ({ result }) => result ?? NO_JOURNAL.perform(effect),
        () => NO_JOURNAL.perform(effect),
      );
    },
    close() {
      worker.terminate();
      end('closed');
    },
  };
}

/** Whether the worker can really write is seen at its first answer. */
function can_have_journal(): boolean {
  return (
    typeof Worker === 'function' &&
    typeof globalThis.navigator?.storage?.getDirectory === 'function'
  );
}
