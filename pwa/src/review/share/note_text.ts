import type { TimelineLine } from '../../observation/view.ts';
import { findItem, type Item, type Protocol } from '../../protocol/protocol.ts';
import { answerLabel, labelOf, lineText } from '../../ui/line_text.ts';
import { t } from '../../ui/messages/messages.ts';

type Line = Pick<TimelineLine, 'kind' | 'item_key' | 'payload'>;

/**
 * A line as the teacher will read it; `describe` of server/noticing/feedback/sentences.py says the same. Unlike
 * on the coach's own screens a rating is told by what was seen, never by its level.
 */
export function noteText(line: Line, protocol: Protocol | null): string {
  const item = findItem(protocol, line.item_key);
  const prompt = item?.prompt ?? plainKey(line.item_key);
  const { payload } = line;
  const answer = (value: string | undefined) =>
    value ? t('line.answer', { prompt, value }) : prompt;
  switch (line.kind) {
    case 'sweep.taken':
      return sweepText(prompt, item?.unit, Number(payload.n), Number(payload.of));
    case 'answer.given':
      return answer(answerLabel(payload.value).toLowerCase());
    case 'rating.given':
      return answer(item?.levels?.find((one) => one.level === payload.level)?.descriptor);
    case 'tags.chosen':
      return answer(labelsOf(item, payload.codes));
    case 'item.not_seen':
      return t('line.not_seen', { prompt });
    case 'script.written':
      return lineText(line, protocol);
    case 'count.added':
      return answer(payload.code ? labelOf(item, payload.code) : undefined);
    case 'value.given':
      return answer(labelOf(item, payload.value));
    default:
      return prompt;
  }
}

/** Where the look-for's own words begin with what is counted: "18 of 22 students with the task". */
function sweepText(prompt: string, unit: string | undefined, n: number, of: number): string {
  if (unit && prompt.toLowerCase().startsWith(unit.toLowerCase()))
    return t('note.n_of_what', { n, of, what: unit + prompt.slice(unit.length) });
  const what = unit ?? t('line.students');
  return t('line.answer', { prompt, value: t('note.n_of_what', { n, of, what }) });
}

function labelsOf(item: Item | null, codes: unknown): string {
  return (Array.isArray(codes) ? codes : []).map((code) => labelOf(item, code)).join(', ');
}

/** What an item is called where its protocol is not on this tablet. */
function plainKey(key: string | null): string {
  const words = (key ?? '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function promptOf(key: string, protocol: Protocol | null): string {
  return findItem(protocol, key)?.prompt ?? plainKey(key);
}
