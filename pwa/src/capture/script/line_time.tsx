import { useContext } from 'preact/hooks';
import { useTick } from '../../ui/ticks.ts';
import { sinceStart } from '../../ui/times.ts';
import { SittingContext } from '../sitting.ts';
import { elapsedNow } from '../watch.ts';

/** Runs until the first letter is typed. */
export function LineTime() {
  useTick(1000);
  const { started } = useContext(SittingContext);
  return <>{sinceStart(elapsedNow(started))}</>;
}
