import { useContext, useState } from 'preact/hooks';
import { hasRoomForPhoto } from '../../log/space.ts';
import type { PhotoView } from '../../observation/view.ts';
import { MarkSign } from '../../ui/mark_sign.tsx';
import { t } from '../../ui/messages/messages.ts';
import { SavedPhoto } from '../../ui/saved_photo.tsx';
import { msBetween, sinceStart } from '../../ui/times.ts';
import type { MarkState } from '../../visits/mark_state.ts';
import type { Visit } from '../../visits/visit.ts';
import { ItemFrame } from '../item_frame.tsx';
import type { ItemProps } from '../item_props.ts';
import { SittingContext } from '../sitting.ts';
import { unansweredIntents } from './intents.ts';
import { PhotoDialog } from './photo_dialog.tsx';

/** The intent is an entry before the camera opens: where the page is lost over it, it says so afterwards. */
export function PhotoItem(props: ItemProps) {
  const { visit } = useContext(SittingContext);
  return visit && <PhotosOf {...props} visit={visit} />;
}

function PhotosOf(props: ItemProps & { visit: Visit }) {
  const { item, visit, record } = props;
  const [is_open, setOpen] = useState(false);
  const [is_full, setFull] = useState(false);
  const intents = unansweredIntents(visit.entries.value, visit.view.value.retracted, item.key);
  const begin = async (has_intent: boolean) => {
    const has_room = await hasRoomForPhoto().catch(() => true);
    setFull(!has_room);
    if (!has_room) return;
    if (!has_intent) record({ kind: 'photo.intended', item_key: item.key, payload: {} });
    setOpen(true);
  };
  const giveUp = () => {
    setOpen(false);
    for (const entry_id of unansweredNow(visit, item.key))
      record({ kind: 'entry.retracted', payload: { entry_id, reason: 'no photo was taken' } });
  };
  return (
    <>
      <ItemFrame {...props}>
        <button type="button" class="answer" onClick={() => begin(false)}>
          {t('photo.take')}
        </button>
        <PhotoList {...props} />
        {is_full && (
          <p class="notice" role="alert">
            {t('photo.no_room')}
          </p>
        )}
        {!is_open && intents.length > 0 && (
          <div class="notice photo-missing">
            <p>{t('photo.not_taken')}</p>
            <button type="button" class="button" onClick={() => begin(true)}>
              {t('action.try_again')}
            </button>
            <button type="button" class="button" onClick={giveUp}>
              {t('photo.without')}
            </button>
          </div>
        )}
      </ItemFrame>
      {is_open && (
        <PhotoDialog item={item} visit={visit} onSaved={() => setOpen(false)} onGiveUp={giveUp} />
      )}
    </>
  );
}

function unansweredNow(visit: Visit, item_key: string): string[] {
  return unansweredIntents(visit.entries.peek(), visit.view.peek().retracted, item_key);
}

function PhotoList({ item, view, visit, started_at }: ItemProps & { visit: Visit }) {
  const photos = view?.type === 'photo' ? (view as PhotoView).photos : [];
  if (photos.length === 0) return null;
  const states = new Map<string, MarkState>(
    visit.entries.value.map((one) => [one.entry.entry_id, one.state]),
  );
  return (
    <ul class="photo-list" aria-label={t('photo.taken', { prompt: item.prompt })}>
      {photos.map(({ entry_id, sha256, alt, occurred_at }) => (
        <li key={entry_id}>
          <SavedPhoto line={{ entry_id, payload: { sha256 } }} />
          <span class="num soft">{sinceStart(msBetween(started_at, occurred_at))}</span>
          <span class="photo-words">
            {alt || t('photo.no_words')}
            {states.get(entry_id) === 'photo_lost' && <small>{t('photo.lost')}</small>}
          </span>
          <MarkSign state={states.get(entry_id) ?? null} />
        </li>
      ))}
    </ul>
  );
}
