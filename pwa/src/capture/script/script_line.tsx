import { speakerName } from '../../ui/line_text.ts';
import { t } from '../../ui/messages/messages.ts';
import { msBetween, nowText, sinceStart } from '../../ui/times.ts';
import { lineDrafts } from '../../visits/half_line.ts';
import type { VisitDraft } from '../../visits/visit.ts';
import { type HalfLineOnScreen, nextSpeaker, typeInto } from './half_line.ts';
import { LineTime } from './line_time.tsx';

interface Props {
  half_line: HalfLineOnScreen;
  started_at: string;
  item_key: string | null;
  record: (draft: VisitDraft) => void;
}

export function ScriptLine({ half_line, started_at, item_key, record }: Props) {
  const line = half_line.line.value;
  const write = (event: Event) => {
    event.preventDefault();
    const drafts = lineDrafts(line, item_key);
    if (drafts.length === 0) return;
    for (const draft of drafts) record(draft);
    half_line.empty();
  };
  return (
    <form class="script-line" onSubmit={write}>
      <span class="script-time num">
        {line.occurred_at ? sinceStart(msBetween(started_at, line.occurred_at)) : <LineTime />}
      </span>
      <button
        type="button"
        class="speaker"
        onClick={() => half_line.change({ ...line, speaker: nextSpeaker(line.speaker) })}
        aria-label={t('script.speaker', { name: speakerName(line.speaker) })}
      >
        {line.speaker}
      </button>
      <input
        class="script-text"
        type="text"
        autocomplete="off"
        enterkeyhint="done"
        value={line.text}
        placeholder={t('script.placeholder')}
        aria-label={t('script.placeholder')}
        onInput={(event) => half_line.change(typeInto(line, event.currentTarget.value, nowText()))}
      />
      <button type="submit" class="button script-add" disabled={line.text.trim() === ''}>
        {t('script.add')}
      </button>
    </form>
  );
}
