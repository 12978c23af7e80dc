import type { TimelineLine } from '../../observation/view.ts';
import { t } from '../../ui/messages/messages.ts';
import { RoomLeft } from '../../ui/room_left.tsx';
import { clockTime } from '../../ui/times.ts';
import {
  type CiteTarget,
  LONGEST,
  STRENGTHS_MAX,
  toggleCite,
  withStrength,
} from '../composer_rules.ts';
import type { FeedbackDraft, Strength } from '../feedback_draft.ts';
import type { Finding } from '../wording/wording.ts';
import { Findings } from './findings.tsx';

interface Props {
  draft: FeedbackDraft;
  timeline: readonly TimelineLine[];
  findings: readonly Finding[];
  change: (changed: Partial<FeedbackDraft>) => void;
  setTarget: (target: CiteTarget) => void;
}

export function Strengths({ draft, timeline, findings, change, setTarget }: Props) {
  const strengths = draft.strengths.length > 0 ? draft.strengths : [{ text: '', evidence: [] }];
  const write = (at: number, text: string) =>
    change({ strengths: withStrength(draft.strengths, at, (one) => ({ ...one, text })) });
  return (
    <section>
      <h2>{t('composer.strengths')}</h2>
      {strengths.map((strength, at) => (
        <div key={at} class="compose-block">
          <textarea
            rows={3}
            value={strength.text}
            placeholder={t('composer.strength_example')}
            aria-label={t('composer.strength', { n: at + 1 })}
            onFocus={() => setTarget(at)}
            onInput={(event) => write(at, event.currentTarget.value)}
          />
          <RoomLeft text={strength.text} most={LONGEST.strength} />
          <Cited
            strength={strength}
            timeline={timeline}
            onRemove={(entry_id) => {
              const { strengths, evidence } = toggleCite(draft, entry_id, at);
              change({ strengths, evidence });
            }}
          />
          <Findings findings={findings} field={`strengths.${at}`} />
        </div>
      ))}
      {strengths.length < STRENGTHS_MAX && (
        <button
          type="button"
          class="link-button"
          onClick={() => {
            change({ strengths: withStrength(draft.strengths, strengths.length, (one) => one) });
            setTarget(strengths.length);
          }}
        >
          {t('composer.second_strength')}
        </button>
      )}
    </section>
  );
}

interface CitedProps {
  strength: Strength;
  timeline: readonly TimelineLine[];
  onRemove: (entry_id: string) => void;
}

function Cited({ strength, timeline, onRemove }: CitedProps) {
  const cited = timeline.filter((line) => strength.evidence.includes(line.entry_id));
  return (
    <p class="cited">
      {cited.length === 0 && <span class="soft">{t('composer.cite_hint')}</span>}
      {cited.map((line) => {
        const time = clockTime(line.occurred_at);
        return (
          <button
            key={line.entry_id}
            type="button"
            class="cited-chip num"
            aria-label={t('composer.uncite', { time })}
            onClick={() => onRemove(line.entry_id)}
          >
            {time} <span aria-hidden="true">{'×'}</span>
          </button>
        );
      })}
    </p>
  );
}
