import type { Text } from '../journal/small_file.ts';
import type { Writing, Written } from '../journal/small_file_worker.ts';

let worker: Worker | null = null;
let next_id = 0;
const waiting = new Map<number, (written: Written) => void>();

const PATIENCE_MS = 5_000;

/** Begun with the first writing: most page lives write none. Rejects where it is not known to be on the disk. */
export async function writeInWorker(folder: string, texts: readonly Text[]): Promise<void> {
  worker ??= beginWorker();
  const id = ++next_id;
  const written = await new Promise<Written>((resolve) => {
    waiting.set(id, resolve);
    setTimeout(() => hear({ id, failed: 'no answer' }), PATIENCE_MS);
    worker?.postMessage({ id, folder, texts } satisfies Writing);
  });
  if (written.failed !== undefined) throw new Error(written.failed);
}

function beginWorker(): Worker {
  const begun = new Worker(new URL('../journal/small_file_worker.ts', import.meta.url), {
    type: 'module',
  });
  begun.onmessage = ({ data }: MessageEvent<Written>) => hear(data);
  begun.onerror = () => {
    worker = null;
    for (const id of waiting.keys()) hear({ id, failed: 'the worker failed' });
  };
  return begun;
}

function hear(written: Written): void {
  waiting.get(written.id)?.(written);
  waiting.delete(written.id);
}
