import { speakerName } from '../../ui/line_text.ts';
import { t } from '../../ui/messages/messages.ts';
import { NumberField } from '../../ui/number_field.tsx';
import { is_too_long, RoomLeft } from '../../ui/room_left.tsx';
import { LINE_MAX } from '../../visits/long_text.ts';
import type { LineEdit } from './line_edit.ts';

const ALT_MAX = 500;

/** It fits into no entry: it stays in its field until it is shorter. */
export function is_edit_too_long(edit: LineEdit): boolean {
  if (edit.as === 'text') return is_too_long(edit.text, LINE_MAX);
  return edit.as === 'alt' && is_too_long(edit.alt, ALT_MAX);
}

interface Props {
  edit: LineEdit;
  onChange: (edit: LineEdit) => void;
}

export function EditFields({ edit, onChange }: Props) {
  switch (edit.as) {
    case 'text':
      return (
        <>
          <label class="field">
            <span>{t('line.words')}</span>
            <textarea
              rows={3}
              value={edit.text}
              onInput={(event) => onChange({ ...edit, text: event.currentTarget.value })}
            />
            <RoomLeft text={edit.text} most={LINE_MAX} />
          </label>
          <SpeakerField
            value={edit.speaker}
            onChange={(speaker) => onChange({ ...edit, speaker })}
          />
        </>
      );
    case 'alt':
      return (
        <label class="field">
          <span>{t('photo.alt')}</span>
          <textarea
            rows={2}
            value={edit.alt}
            onInput={(event) => onChange({ ...edit, alt: event.currentTarget.value })}
          />
          <RoomLeft text={edit.alt} most={ALT_MAX} />
        </label>
      );
    case 'sweep':
      return (
        <>
          <NumberField
            label={t('line.sweep_n')}
            value={edit.n}
            onChange={(n) => onChange({ ...edit, n: n ?? 0 })}
          />
          <NumberField
            label={t('line.sweep_of')}
            value={edit.of}
            onChange={(of) => onChange({ ...edit, of: of ?? 0 })}
          />
        </>
      );
    case 'choice':
      return (
        <label class="field">
          <span>{t('line.answer_field')}</span>
          <select
            value={edit.value}
            onChange={(event) => onChange({ ...edit, value: event.currentTarget.value })}
          >
            {edit.options.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      );
    default:
      return null;
  }
}

export function SpeakerField({
  value,
  onChange,
}: {
  value: string;
  onChange: (speaker: string) => void;
}) {
  return (
    <fieldset class="field">
      <legend>{t('line.speaker')}</legend>
      <span class="segments">
        {['T', 'S', 'O'].map((speaker) => (
          <button
            key={speaker}
            type="button"
            class="segment"
            aria-pressed={value === speaker}
            onClick={() => onChange(speaker)}
          >
            {speakerName(speaker)}
          </button>
        ))}
      </span>
    </fieldset>
  );
}
