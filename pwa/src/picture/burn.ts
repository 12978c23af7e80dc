import type { Box, Cut } from './asked.ts';

/** Of the longer side: enough to read a child's writing, small enough to send. */
export const LONGEST = 1600;
export const JPEG = { type: 'image/jpeg', quality: 0.82 } as const;
const COVER = '#2b2f36';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** In pixels of the result. */
export function sizeOf({ crop }: Cut, picture: Size): Size {
  const width = crop.width * picture.width;
  const height = crop.height * picture.height;
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const whole = (length: number) => Math.max(1, Math.round(length * scale));
  return { width: whole(width), height: whole(height) };
}

/** Where a box of the picture lies in the result; grown to whole pixels, so that no edge of a name shines through. */
export function placeOf(box: Box, { crop }: Cut, size: Size) {
  const left = Math.floor(((box.x - crop.x) / crop.width) * size.width);
  const top = Math.floor(((box.y - crop.y) / crop.height) * size.height);
  const right = Math.ceil(((box.x + box.width - crop.x) / crop.width) * size.width);
  const bottom = Math.ceil(((box.y + box.height - crop.y) / crop.height) * size.height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

type Painter = CanvasDrawImage & CanvasRect & CanvasFillStrokeStyles;

/** What was in the file beside the pixels (place, time, camera) does not come along. */
export function paint(canvas: Painter, picture: ImageBitmap, cut: Cut): void {
  const size = sizeOf(cut, picture);
  const { crop } = cut;
  canvas.drawImage(
    picture,
    ...([crop.x * picture.width, crop.y * picture.height] as const),
    ...([crop.width * picture.width, crop.height * picture.height] as const),
    ...([0, 0, size.width, size.height] as const),
  );
  canvas.fillStyle = COVER;
  for (const cover of cut.covers) {
    const { x, y, width, height } = placeOf(cover, cut, size);
    canvas.fillRect(x, y, width, height);
  }
}
