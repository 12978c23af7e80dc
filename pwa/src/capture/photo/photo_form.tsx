import { useRef, useState } from 'preact/hooks';
import type { LogErrorCode } from '../../log/error.ts';
import type { Cut } from '../../picture/asked.ts';
import { type MessageKey, t } from '../../ui/messages/messages.ts';
import { is_too_long, RoomLeft } from '../../ui/room_left.tsx';
import type { Visit } from '../../visits/visit.ts';
import { WHOLE } from './boxes.ts';
import { encodePicture } from './encode.ts';
import { PictureStage } from './picture_stage.tsx';
import type { Taken } from './taken.ts';

interface Props {
  item_key: string;
  visit: Visit;
  taken: Taken;
  onSaved: () => void;
  onAgain: () => void;
}

const ALT_MAX = 500;

type Trouble = 'names' | 'words' | 'encode' | LogErrorCode;
const SAID: Record<Trouble, MessageKey> = {
  names: 'photo.tick_first',
  words: 'photo.words_first',
  encode: 'photo.unreadable',
  'no-room-for-photo': 'photo.no_room',
  'storage-full': 'photo.no_room',
  'storage-unavailable': 'photo.not_saved',
  'entry-id-taken': 'photo.not_saved',
};

/** Names are covered before anything is kept; words are asked for once, and may stay empty. */
export function PhotoForm({ item_key, visit, taken, onSaved, onAgain }: Props) {
  const [cut, setCut] = useState<Cut>({ crop: WHOLE, covers: [] });
  const [alt, setAlt] = useState('');
  const [is_covered, setCovered] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [is_busy, setBusy] = useState(false);
  const tick = useRef<HTMLInputElement>(null);
  const words = useRef<HTMLTextAreaElement>(null);

  const refuse = (why: Trouble, field: HTMLElement | null) => {
    setTrouble(why);
    field?.focus();
  };
  const save = async (event: Event) => {
    event.preventDefault();
    if (!is_covered) return refuse('names', tick.current);
    if (is_too_long(alt, ALT_MAX)) return words.current?.focus();
    if (!alt.trim() && trouble !== 'words') return refuse('words', words.current);
    setBusy(true);
    const bytes = await encodePicture(taken.picture, cut).catch(() => null);
    const draft = { item_key, alt: alt.trim(), names_covered: true, ...taken } as const;
    const saved = bytes ? await visit.recordPhoto(draft, bytes) : 'encode';
    if (saved === 'saved') return onSaved();
    setBusy(false);
    setTrouble(saved);
  };
  return (
    <form class="photo-form" onSubmit={save}>
      <PictureStage picture={taken.picture} cut={cut} onChange={setCut} />
      <div class="photo-fields">
        <label class="tick">
          <input
            ref={tick}
            type="checkbox"
            checked={is_covered}
            onChange={(event) => setCovered(event.currentTarget.checked)}
          />
          <span>{t('photo.names_covered')}</span>
        </label>
        <label class="field">
          <span>{t('photo.alt')}</span>
          <textarea
            ref={words}
            rows={2}
            value={alt}
            placeholder={t('photo.alt_example')}
            onInput={(event) => setAlt(event.currentTarget.value)}
          />
          <RoomLeft text={alt} most={ALT_MAX} />
        </label>
        {trouble && (
          <p class="notice" role="alert">
            {t(SAID[trouble])}
          </p>
        )}
        <div class="dialog-foot">
          <button type="button" class="button" disabled={is_busy} onClick={onAgain}>
            {t('photo.again')}
          </button>
          <button type="submit" class="button primary" disabled={is_busy}>
            {t(trouble === 'words' && !alt.trim() ? 'photo.save_without' : 'photo.save')}
          </button>
        </div>
      </div>
    </form>
  );
}
