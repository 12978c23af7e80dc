import type { Payload } from '../entry/entry.ts';
import { textOf, textsOf, wholeOf } from '../observation/shapes.ts';
import { findItem, type Item, type Protocol } from '../protocol/protocol.ts';
import { type MessageKey, t } from './messages/messages.ts';

interface Line {
  readonly kind: string;
  readonly item_key: string | null;
  readonly payload: Payload;
}

/** What was seen, in a plain line without a judgement: on the timeline, in Undo, in a preview. */
export function lineText(line: Line, protocol: Protocol | null): string {
  const item = findItem(protocol, line.item_key);
  const prompt = item?.prompt ?? line.item_key ?? t('line.unknown_item');
  const { payload } = line;
  switch (line.kind) {
    case 'item.marked':
      return prompt;
    case 'item.not_seen':
      return t('line.not_seen', { prompt });
    case 'count.added':
      return payload.code
        ? t('line.answer', { prompt, value: labelOf(item, payload.code) })
        : prompt;
    case 'sweep.taken':
      return sweepText(prompt, item, payload);
    case 'script.written':
      return scriptText(payload);
    case 'rating.given':
      return t('line.answer', { prompt, value: levelLabel(item, payload.level) });
    case 'answer.given':
      return t('line.answer', { prompt, value: answerLabel(payload.value) });
    case 'tags.chosen':
      return t('line.answer', { prompt, value: labelsOf(item, payload.codes) });
    case 'photo.taken':
      return textOf(payload.alt)
        ? t('line.answer', { prompt, value: textOf(payload.alt) })
        : prompt;
    case 'value.given':
      return t('line.answer', { prompt, value: labelOf(item, payload.value) });
    default:
      return prompt;
  }
}

const SPEAKERS: Record<string, MessageKey> = { T: 'speaker.T', S: 'speaker.S', O: 'speaker.O' };

export function speakerName(speaker: unknown): string {
  return t(findKey(SPEAKERS, textOf(speaker) ?? '') ?? 'speaker.O');
}

/** Also "constructor" may come as a word. */
function findKey(keys: Record<string, MessageKey>, word: string): MessageKey | undefined {
  return Object.hasOwn(keys, word) ? keys[word] : undefined;
}

function sweepText(prompt: string, item: Item | null, payload: Payload): string {
  const [n, of] = [wholeOf(payload.n), wholeOf(payload.of)];
  if (n === null || of === null) return prompt;
  return t('line.sweep', { prompt, n, of, unit: item?.unit ?? t('line.students') });
}

function scriptText(payload: Payload): string {
  const text = textOf(payload.text) ?? '';
  if (payload.speaker === 'O') return text;
  return t('line.said', { speaker: speakerName(payload.speaker), text });
}

const ANSWERS: Record<string, MessageKey> = { yes: 'answer.yes', no: 'answer.no', na: 'answer.na' };

export function answerLabel(value: unknown): string {
  const word = wordOf(value);
  const key = findKey(ANSWERS, word);
  return key ? t(key) : word;
}

export function labelOf(item: Item | null, code: unknown): string {
  return item?.options?.find((option) => option.code === code)?.label ?? wordOf(code);
}

function levelLabel(item: Item | null, level: unknown): string {
  return item?.levels?.find((one) => one.level === level)?.label ?? wordOf(level);
}

function labelsOf(item: Item | null, codes: unknown): string {
  const labels = textsOf(codes).map((code) => labelOf(item, code));
  return labels.length ? labels.join(', ') : t('line.no_tags');
}

/** A text or a number as it is; anything else is no word. */
function wordOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : (textOf(value) ?? '');
}
