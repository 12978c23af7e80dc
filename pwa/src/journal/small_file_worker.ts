import { writeTwice } from './small_file.ts';

declare const self: DedicatedWorkerGlobalScope;

export interface Writing {
  readonly id: number;
  readonly folder: string;
  readonly name: string;
  readonly text: string;
}

export interface Written {
  readonly id: number;
  readonly failed?: string;
}

self.onmessage = ({ data }: MessageEvent<Writing>) => {
  const { id, folder, name, text } = data;
  writeTwice(folder, name, text).then(
    () => tell({ id }),
    (cause) => tell({ id, failed: String(cause) }),
  );
};

function tell(written: Written): void {
  self.postMessage(written);
}
