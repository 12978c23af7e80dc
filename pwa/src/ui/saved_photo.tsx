import { useEffect, useState } from 'preact/hooks';
import type { TimelineLine } from '../observation/view.ts';
import { useDevice } from '../visits/device_context.ts';
import { t } from './messages/messages.ts';
import { route } from './routes.ts';

interface Props {
  line: Pick<TimelineLine, 'entry_id' | 'payload'>;
  is_large?: boolean;
}

/** A photo of a visit; its words stand beside it, so that they are not read twice. */
export function SavedPhoto({ line, is_large = false }: Props) {
  const [is_missing, setMissing] = useState(false);
  const address = usePhotoAddress(line);
  const kind = is_large ? 'saved-photo large' : 'saved-photo';
  if (is_missing || address === null) {
    return <span class={`${kind} missing`}>{t('photo.not_here')}</span>;
  }
  if (address === undefined) return <span class={kind} />;
  return <img class={kind} src={address} alt="" onError={() => setMissing(true)} />;
}

/** From this tablet; what has left it, from the server. undefined: still reading. null: neither. */
function usePhotoAddress({ entry_id, payload }: Props['line']): string | null | undefined {
  const { log } = useDevice();
  const [address, setAddress] = useState<string | null>();
  const sha256 = String(payload.sha256);
  useEffect(() => {
    let is_gone = false;
    let made: string | null = null;
    const read = async () => {
      const bytes = await log.photo(sha256);
      if (is_gone) return;
      if (bytes instanceof ArrayBuffer) {
        made = URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' }));
      }
      setAddress(made ?? addressOnServer(entry_id));
    };
    read().catch((error) => {
      console.error(error);
      setAddress(null);
    });
    return () => {
      is_gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [log, sha256, entry_id]);
  return address;
}

function addressOnServer(entry_id: string): string | null {
  const here = route.peek();
  return 'observation_id' in here
    ? `/observations/${here.observation_id}/photos/${entry_id}`
    : null;
}
