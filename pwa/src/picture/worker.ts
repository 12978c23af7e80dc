import type { Asked, Told } from './asked.ts';
import { JPEG, paint, sizeOf } from './burn.ts';

declare const self: DedicatedWorkerGlobalScope;

self.onmessage = async ({ data }: MessageEvent<Asked>) => {
  const bytes = await encode(data).catch(() => null);
  self.postMessage({ bytes } satisfies Told, bytes ? [bytes] : []);
};

async function encode({ picture, cut }: Asked): Promise<ArrayBuffer | null> {
  const { width, height } = sizeOf(cut, picture);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) return null;
  paint(context, picture, cut);
  picture.close();
  const blob = await canvas.convertToBlob(JPEG);
  return blob.type === JPEG.type ? blob.arrayBuffer() : null;
}
