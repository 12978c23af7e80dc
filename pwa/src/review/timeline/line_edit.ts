import type { Payload } from '../../entry/entry.ts';
import type { TimelineLine } from '../../observation/view.ts';
import { findItem, type Protocol } from '../../protocol/protocol.ts';

export type LineEdit =
  | { as: 'text'; text: string; speaker: string }
  | { as: 'sweep'; n: number; of: number }
  | {
      as: 'choice';
      field: 'value' | 'level';
      value: string;
      options: { value: string; label: string }[];
    }
  | { as: 'alt'; alt: string }
  | { as: 'nothing' };

/** What of a line can be put right; a check or a tally can only be taken back. */
export function editOf(
  line: TimelineLine,
  protocol: Protocol | null,
  answers: Record<string, string>,
): LineEdit {
  const { payload } = line;
  const item = findItem(protocol, line.item_key);
  switch (line.kind) {
    case 'script.written':
      return {
        as: 'text',
        text: String(payload.text ?? ''),
        speaker: String(payload.speaker ?? 'O'),
      };
    case 'photo.taken':
      return { as: 'alt', alt: String(payload.alt ?? '') };
    case 'sweep.taken':
      return { as: 'sweep', n: Number(payload.n), of: Number(payload.of) };
    case 'answer.given': {
      const options = Object.entries(answers).map(([value, label]) => ({ value, label }));
      return { as: 'choice', field: 'value', value: String(payload.value), options };
    }
    case 'value.given': {
      const options = (item?.options ?? []).map(({ code, label }) => ({ value: code, label }));
      return { as: 'choice', field: 'value', value: String(payload.value), options };
    }
    case 'rating.given': {
      const options = (item?.levels ?? []).map(({ level, label }) => ({
        value: String(level),
        label,
      }));
      return { as: 'choice', field: 'level', value: String(payload.level), options };
    }
    default:
      return { as: 'nothing' };
  }
}

/** The amended payload; null where nothing was changed or it would make no sense. */
export function amendedPayload(line: TimelineLine, edit: LineEdit): Payload | null {
  const payload = { ...line.payload, ...changedBy(edit) };
  const is_same = JSON.stringify(payload) === JSON.stringify(line.payload);
  if (is_same || (edit.as === 'text' && !edit.text.trim())) return null;
  if (edit.as === 'sweep' && (edit.of < 1 || edit.n > edit.of)) return null;
  return payload;
}

function changedBy(edit: LineEdit): Payload {
  switch (edit.as) {
    case 'text':
      return { text: edit.text.trim(), speaker: edit.speaker };
    case 'sweep':
      return { n: edit.n, of: edit.of };
    case 'alt':
      return { alt: edit.alt.trim() };
    case 'choice':
      return { [edit.field]: edit.field === 'level' ? Number(edit.value) : edit.value };
    default:
      return {};
  }
}
