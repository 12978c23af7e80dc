/** null: there is none, or it may not be used; then the tablet's own camera app is offered. */
export async function openCamera(): Promise<MediaStream | null> {
  const { mediaDevices } = navigator;
  if (!mediaDevices?.getUserMedia) return null;
  try {
    return await mediaDevices.getUserMedia({
      video: { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1440 } },
      audio: false,
    });
  } catch {
    return null;
  }
}

export function closeCamera(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** More than is kept in the end, and less than what fills an old tablet's memory. */
const LONGEST = 2400;

/** Upright, whatever way the camera was held. null: it is no picture that this browser can read. */
export async function takePicture(source: HTMLVideoElement | Blob): Promise<ImageBitmap | null> {
  try {
    const picture = await createImageBitmap(source);
    const scale = LONGEST / Math.max(picture.width, picture.height);
    if (scale >= 1) return picture;
    const resizeWidth = Math.round(picture.width * scale);
    const resizeHeight = Math.round(picture.height * scale);
    return await createImageBitmap(picture, { resizeWidth, resizeHeight, resizeQuality: 'high' });
  } catch {
    return null;
  }
}
