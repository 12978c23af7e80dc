import { useContext, useEffect } from 'preact/hooks';
import { t } from '../../ui/messages/messages.ts';
import { useTick } from '../../ui/ticks.ts';
import { stopwatch } from '../../ui/times.ts';
import { vibrate } from '../feel.ts';
import { SittingContext } from '../sitting.ts';
import { elapsedNow } from '../watch.ts';
import { nextSweep } from './sweep_times.ts';

/** "next in 0:13": seen and felt, never heard. */
export function SweepCue({
  interval_ms,
  swept_at_ms,
}: {
  interval_ms: number;
  swept_at_ms: number[];
}) {
  useTick(500);
  const { started } = useContext(SittingContext);
  const { due_in_ms, is_due } = nextSweep(elapsedNow(started), swept_at_ms, interval_ms);
  useEffect(() => {
    if (is_due) vibrate(200);
  }, [is_due]);
  return (
    <span class={is_due ? 'cue due num' : 'cue num'}>
      {is_due ? t('sweep.due') : t('sweep.next_in', { time: stopwatch(due_in_ms + 999) })}
    </span>
  );
}
