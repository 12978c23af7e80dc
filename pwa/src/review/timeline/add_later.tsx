import { useState } from 'preact/hooks';
import { itemsOf } from '../../protocol/protocol.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { t } from '../../ui/messages/messages.ts';
import type { Visit } from '../../visits/visit.ts';
import { hoursMinutes, laterLines } from './added_later.ts';
import { SpeakerField } from './edit_fields.tsx';

export function AddLater({ visit }: { visit: Visit }) {
  const [is_open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="link-button" onClick={() => setOpen(true)}>
        {t('later.open')}
      </button>
      {is_open && <AddLaterDialog visit={visit} onClose={() => setOpen(false)} />}
    </>
  );
}

function AddLaterDialog({ visit, onClose }: { visit: Visit; onClose: () => void }) {
  const { started_at, ended_at } = visit.view.value;
  const [text, setText] = useState('');
  const [speaker, setSpeaker] = useState('O');
  const [at, setAt] = useState(() => hoursMinutes(ended_at ?? started_at ?? ''));
  const add = (event: Event) => {
    event.preventDefault();
    const protocol = visit.protocol.value;
    const item = protocol && itemsOf(protocol).find((one) => one.type === 'script');
    visit.record(...laterLines(item?.key ?? null, started_at ?? '', { text, speaker, at }));
    onClose();
  };
  return (
    <Dialog title={t('later.title')} onClose={onClose}>
      <form onSubmit={add}>
        <p class="soft">{t('later.text')}</p>
        <label class="field">
          <span>{t('line.words')}</span>
          <textarea rows={3} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <SpeakerField value={speaker} onChange={setSpeaker} />
        <label class="field">
          <span>{t('later.time')}</span>
          <input
            type="time"
            required
            value={at}
            onInput={(event) => setAt(event.currentTarget.value)}
          />
        </label>
        <div class="dialog-foot">
          <button type="submit" class="button primary" disabled={!text.trim() || !at}>
            {t('later.add')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
