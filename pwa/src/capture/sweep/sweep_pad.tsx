import { useContext, useEffect, useState } from 'preact/hooks';
import type { SweepView } from '../../observation/view.ts';
import { MarkSign } from '../../ui/mark_sign.tsx';
import { t } from '../../ui/messages/messages.ts';
import { msBetween, sinceStart } from '../../ui/times.ts';
import { ExplainButton } from '../explain_button.tsx';
import type { ItemProps } from '../item_props.ts';
import { SittingContext } from '../sitting.ts';
import { onTap } from '../tap.ts';
import { padPages } from './pad_pages.ts';
import { SweepCue } from './sweep_cue.tsx';

/** How many of those present: a tap on a number is a sweep. */
export function SweepPad({ item, view, state, started_at, record, explain }: ItemProps) {
  const { students_present, askStudents } = useContext(SittingContext);
  const sweeps = view?.type === 'sweep' ? (view as SweepView).sweeps : [];
  const last = sweeps.at(-1);
  return (
    <div class="sweep">
      <div class="sweep-head">
        <span class="sweep-prompt">{item.prompt}</span>
        <MarkSign state={state} />
        <ExplainButton item={item} explain={explain} />
      </div>
      <div class="sweep-head">
        <span class="sweep-last num">
          {last ? t('sweep.n_of', { n: last.n, of: last.of }) : t('sweep.none_yet')}
          <small>
            {last ? t('sweep.number', { n: sweeps.length, time: sweepTime(last, started_at) }) : ''}
          </small>
        </span>
        {item.timing && (
          <SweepCue
            interval_ms={item.timing.interval_s * 1000}
            swept_at_ms={sweeps.map((sweep) => msBetween(started_at, sweep.occurred_at))}
          />
        )}
      </div>
      {students_present === null ? (
        <button type="button" class="button" onClick={askStudents}>
          {t('sweep.ask_students')}
        </button>
      ) : (
        <Pad
          of={students_present}
          chosen={last?.of === students_present ? last.n : null}
          take={(n) =>
            record({
              kind: 'sweep.taken',
              item_key: item.key,
              payload: { n, of: students_present },
            })
          }
          askStudents={askStudents}
        />
      )}
    </div>
  );
}

function sweepTime(sweep: { occurred_at: string }, started_at: string): string {
  return sinceStart(msBetween(started_at, sweep.occurred_at));
}

interface PadProps {
  of: number;
  chosen: number | null;
  take: (n: number) => void;
  askStudents: () => void;
}

function Pad({ of, chosen, take, askStudents }: PadProps) {
  const pages = padPages(of);
  const [at, setPage] = useState(0);
  useEffect(() => setPage(0), [of]);
  const page = pages[Math.min(at, pages.length - 1)] ?? [];
  return (
    <>
      <div class="pad">
        {page.map((n) => (
          <button
            key={n}
            type="button"
            class={n === chosen ? 'pad-number chosen num' : 'pad-number num'}
            aria-label={t('sweep.tap', { n, of })}
            {...onTap(() => take(n))}
          >
            {n}
          </button>
        ))}
      </div>
      <div class="pad-foot">
        <button
          type="button"
          class="link-button"
          disabled={at >= pages.length - 1}
          onClick={() => setPage(at + 1)}
        >
          {t('sweep.fewer')}
        </button>
        <button
          type="button"
          class="link-button"
          disabled={at === 0}
          onClick={() => setPage(at - 1)}
        >
          {t('sweep.more')}
        </button>
        <button type="button" class="link-button end" onClick={askStudents}>
          {t('sweep.present', { n: of })}
        </button>
      </div>
    </>
  );
}
