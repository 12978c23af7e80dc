import { type Text, writeInPlace } from './small_file.ts';

declare const self: DedicatedWorkerGlobalScope;

export interface Writing {
  readonly id: number;
  readonly folder: string;
  readonly texts: readonly Text[];
}

export interface Written {
  readonly id: number;
  readonly failed?: string;
}

self.onmessage = ({ data }: MessageEvent<Writing>) => {
  const { id, folder, texts } = data;
  writeInPlace(folder, texts).then(
    () => tell({ id }),
    (cause) => tell({ id, failed: String(cause) }),
  );
};

function tell(written: Written): void {
  self.postMessage(written);
}
