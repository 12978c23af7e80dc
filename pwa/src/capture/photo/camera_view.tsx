import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../ui/messages/messages.ts';
import { closeCamera, openCamera, takePicture } from './camera.ts';

interface Props {
  onTaken: (picture: ImageBitmap) => void;
}

/** The camera in the page; beside it, or where there is none, the tablet's own. */
export function CameraView({ onTaken }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const [camera, setCamera] = useState<'opening' | 'ready' | 'none'>('opening');
  const [has_failed, setFailed] = useState(false);
  useEffect(() => {
    let is_gone = false;
    let stream: MediaStream | null = null;
    void openCamera().then((opened) => {
      stream = opened;
      if (is_gone) return closeCamera(stream);
      if (stream && video.current) video.current.srcObject = stream;
      else setCamera('none');
    });
    return () => {
      is_gone = true;
      closeCamera(stream);
    };
  }, []);
  const take = async (source: HTMLVideoElement | Blob | null | undefined) => {
    const picture = source ? await takePicture(source) : null;
    setFailed(picture === null);
    if (picture) onTaken(picture);
  };
  return (
    <div class="camera">
      {camera === 'none' ? (
        <p>{t('photo.no_camera')}</p>
      ) : (
        <video
          ref={video}
          autoplay
          muted
          playsInline
          aria-label={t('photo.camera')}
          onLoadedData={() => setCamera('ready')}
        />
      )}
      {has_failed && (
        <p class="notice" role="alert">
          {t('photo.unreadable')}
        </p>
      )}
      <div class="dialog-foot">
        <label class="button file-button">
          {t('photo.own_camera')}
          <input
            type="file"
            class="only-read"
            accept="image/*"
            capture="environment"
            onChange={(event) => take(event.currentTarget.files?.[0])}
          />
        </label>
        {camera !== 'none' && (
          <button
            type="button"
            class="button primary big"
            disabled={camera !== 'ready'}
            onClick={() => take(video.current)}
          >
            {t('photo.shutter')}
          </button>
        )}
      </div>
    </div>
  );
}
