import { useEffect, useRef, useState } from 'preact/hooks';
import type { Item } from '../../protocol/protocol.ts';
import { announce } from '../../ui/announcer.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { t } from '../../ui/messages/messages.ts';
import { nowText } from '../../ui/times.ts';
import type { Visit } from '../../visits/visit.ts';
import { CameraView } from './camera_view.tsx';
import { PhotoForm } from './photo_form.tsx';
import type { Taken } from './taken.ts';

interface Props {
  item: Item;
  visit: Visit;
  onSaved: () => void;
  onGiveUp: () => void;
}

/** Camera, then covering and words. A picture that was taken is not thrown away by one slip of a finger. */
export function PhotoDialog({ item, visit, onSaved, onGiveUp }: Props) {
  const [taken, setTaken] = useState<Taken | null>(null);
  const [is_leaving, setLeaving] = useState(false);
  const step = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The button that had the focus is gone with its step; the next one is read from its title on.
    step.current?.focus({ preventScroll: true });
    step.current?.closest('dialog')?.scrollTo({ top: 0 });
    return () => taken?.picture.close();
  }, [taken]);
  const leave = () => (taken ? setLeaving(true) : onGiveUp());
  const saved = () => {
    announce(t('photo.said_saved'));
    onSaved();
  };
  return (
    <Dialog title={item.prompt} is_wide onClose={leave}>
      {is_leaving && (
        <div class="notice photo-missing" role="alert">
          <p>{t('photo.leave')}</p>
          <button type="button" class="button" onClick={onGiveUp}>
            {t('photo.throw_away')}
          </button>
          <button type="button" class="button" onClick={() => setLeaving(false)}>
            {t('photo.keep_on')}
          </button>
        </div>
      )}
      <div ref={step} class="photo-step" tabIndex={-1}>
        {taken ? (
          <PhotoForm
            item_key={item.key}
            visit={visit}
            taken={taken}
            onSaved={saved}
            onAgain={() => setTaken(null)}
          />
        ) : (
          <CameraView onTaken={(picture) => setTaken({ picture, occurred_at: nowText() })} />
        )}
      </div>
    </Dialog>
  );
}
