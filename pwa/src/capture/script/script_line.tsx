import { useState } from 'preact/hooks';
import { speakerName } from '../../ui/line_text.ts';
import { t } from '../../ui/messages/messages.ts';
import { msBetween, nowText, stopwatch } from '../../ui/times.ts';
import type { VisitDraft } from '../../ui/visit.ts';
import {
  EMPTY_LINE,
  type HalfLine,
  keepHalfLine,
  nextSpeaker,
  readHalfLine,
  typeInto,
} from './half_line.ts';
import { LineTime } from './line_time.tsx';

/** Payloads are at most 32 KiB; a spoken sentence is far from it. */
const LONGEST_LINE = 4000;

interface Props {
  observation_id: string;
  started_at: string;
  item_key: string | null;
  record: (draft: VisitDraft) => void;
}

export function ScriptLine({ observation_id, started_at, item_key, record }: Props) {
  const [line, setLine] = useState(() => readHalfLine(observation_id));
  const change = (changed: HalfLine) => {
    keepHalfLine(observation_id, changed);
    setLine(changed);
  };
  const write = (event: Event) => {
    event.preventDefault();
    const text = line.text.trim();
    if (!text) return;
    record({
      kind: 'script.written',
      item_key,
      payload: { text, speaker: line.speaker },
      ...(line.occurred_at ? { occurred_at: line.occurred_at } : {}),
    });
    change({ ...EMPTY_LINE, speaker: line.speaker });
  };
  return (
    <form class="script-line" onSubmit={write}>
      <span class="script-time num">
        {line.occurred_at ? stopwatch(msBetween(started_at, line.occurred_at)) : <LineTime />}
      </span>
      <button
        type="button"
        class="speaker"
        onClick={() => change({ ...line, speaker: nextSpeaker(line.speaker) })}
        aria-label={t('script.speaker', { name: speakerName(line.speaker) })}
      >
        {line.speaker}
      </button>
      <input
        class="script-text"
        type="text"
        autocomplete="off"
        enterkeyhint="done"
        maxLength={LONGEST_LINE}
        value={line.text}
        placeholder={t('script.placeholder')}
        aria-label={t('script.placeholder')}
        onInput={(event) => change(typeInto(line, event.currentTarget.value, nowText()))}
      />
      <button type="submit" class="button script-add" disabled={line.text.trim() === ''}>
        {t('script.add')}
      </button>
    </form>
  );
}
