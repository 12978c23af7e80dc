import type { Asked, JournalEffect, Told } from './asked.ts';
import { JournalFiles } from './files.ts';

// Only a worker can write to a file and know that it is on the disk.
declare const self: DedicatedWorkerGlobalScope;

let files: JournalFiles | null = null;
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<Asked>) => {
  last = last
    .then(() => answer(data))
    .then(tell, (cause) => tell({ id: data.id, failed: String(cause) }));
};

async function answer({ id, profile, effect }: Asked): Promise<Told> {
  files ??= await JournalFiles.open(profile);
  const journal = files;
  const result = await act(journal, effect);
  const damage = journal.takeDamage();
  return { id, result, ...(damage.length > 0 ? { damage } : {}) };
}

async function act(journal: JournalFiles, effect: JournalEffect): Promise<unknown> {
  if (effect.ask === 'append') await journal.append(effect.records, effect.is_awaited);
  else if (effect.ask === 'read') return journal.read(effect.only_unsettled, effect.stream_id);
  else if (effect.ask === 'complete') return journal.complete(effect.records);
  else if (effect.ask === 'settle') journal.settle(effect.entry_ids);
  else await journal.drop(effect.entry_ids);
  return true;
}

function tell(told: Told): void {
  self.postMessage(told);
}
