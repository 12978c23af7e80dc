import type { Asked, Cut, Told } from '../../picture/asked.ts';
import { JPEG, paint, sizeOf } from '../../picture/burn.ts';

const PATIENCE_MS = 15_000;

/** A new JPEG of nothing but the pixels that are kept. In a worker, so that taps stay quick; else here. */
export async function encodePicture(picture: ImageBitmap, cut: Cut): Promise<ArrayBuffer> {
  return (await encodeInWorker(picture, cut)) ?? encodeHere(picture, cut);
}

async function encodeInWorker(picture: ImageBitmap, cut: Cut): Promise<ArrayBuffer | null> {
  if (typeof Worker !== 'function' || typeof OffscreenCanvas !== 'function') return null;
  const worker = new Worker(new URL('../../picture/worker.ts', import.meta.url), {
    type: 'module',
  });
  try {
    return await new Promise<ArrayBuffer | null>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<Told>) => resolve(data.bytes);
      worker.onerror = () => resolve(null);
      setTimeout(() => resolve(null), PATIENCE_MS);
      // Copied, not handed over: a second try needs it.
      worker.postMessage({ picture, cut } satisfies Asked);
    });
  } catch {
    return null;
  } finally {
    worker.terminate();
  }
}

async function encodeHere(picture: ImageBitmap, cut: Cut): Promise<ArrayBuffer> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, sizeOf(cut, picture));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no canvas');
  paint(context, picture, cut);
  const blob = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, JPEG.type, JPEG.quality),
  );
  if (!blob) throw new Error('this browser cannot write a JPEG');
  return blob.arrayBuffer();
}
