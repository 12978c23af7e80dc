import { useState } from 'preact/hooks';
import type { TimelineLine } from '../../observation/view.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { answerLabel, lineText } from '../../ui/line_text.ts';
import { t } from '../../ui/messages/messages.ts';
import { is_too_long, RoomLeft } from '../../ui/room_left.tsx';
import { SavedPhoto } from '../../ui/saved_photo.tsx';
import { clockTime } from '../../ui/times.ts';
import type { Visit } from '../../visits/visit.ts';
import { EditFields, is_edit_too_long } from './edit_fields.tsx';
import { amendedPayload, editOf } from './line_edit.ts';
import { LineTags } from './line_tags.tsx';

const REASON_MAX = 300;

interface Props {
  line: TimelineLine;
  visit: Visit;
  onClose: () => void;
}

/** Corrections are entries of their own, with a reason; what was first written stays readable. */
export function LineDialog({ line, visit, onClose }: Props) {
  const protocol = visit.protocol.value;
  const answers = { yes: answerLabel('yes'), no: answerLabel('no'), na: answerLabel('na') };
  const [edit, setEdit] = useState(() => editOf(line, protocol, answers));
  const [reason, setReason] = useState('');
  const payload = amendedPayload(line, edit);
  const entry_id = line.entry_id;
  const has_long_reason = is_too_long(reason, REASON_MAX);
  const cannot_amend = !payload || has_long_reason || is_edit_too_long(edit);
  const given = reason.trim() || t('line.no_reason');
  const amend = () => {
    const replaces = amendmentsOf(visit, entry_id);
    visit.record({
      kind: 'entry.amended',
      payload: { entry_id, payload, reason: given },
      replaces,
    });
    onClose();
  };
  const takeBack = () => {
    visit.record({ kind: 'entry.retracted', payload: { entry_id, reason: given } });
    onClose();
  };
  return (
    <Dialog title={t('line.title', { time: clockTime(line.occurred_at) })} onClose={onClose}>
      <p>{lineText(line, protocol)}</p>
      {line.kind === 'photo.taken' && <SavedPhoto line={line} is_large />}
      {line.original_payload && (
        <p class="soft">
          {t('line.first_written', {
            text: lineText({ ...line, payload: line.original_payload }, protocol),
          })}
        </p>
      )}
      <LineTags line={line} visit={visit} />
      <EditFields edit={edit} onChange={setEdit} />
      <label class="field">
        <span>{t('line.reason')}</span>
        <input
          type="text"
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        <RoomLeft text={reason} most={REASON_MAX} />
      </label>
      <div class="dialog-foot">
        <button type="button" class="button" disabled={has_long_reason} onClick={takeBack}>
          {t('line.take_back')}
        </button>
        {edit.as !== 'nothing' && (
          <button type="button" class="button primary" disabled={cannot_amend} onClick={amend}>
            {t('line.amend')}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function amendmentsOf(visit: Visit, entry_id: string): string[] {
  return visit.entries.value
    .filter(({ entry }) => entry.kind === 'entry.amended' && entry.payload.entry_id === entry_id)
    .map(({ entry }) => entry.entry_id);
}
