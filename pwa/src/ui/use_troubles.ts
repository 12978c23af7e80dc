import { useDevice } from '../visits/device_context.ts';
import { useTick } from './ticks.ts';
import { type Trouble, troublesOf } from './trouble.ts';

/** `set_aside`: of one visit, where a screen shows one; otherwise all of them. */
export function useTroubles(set_aside?: number): Trouble[] {
  const { sync, keeping } = useDevice();
  const now_ms = useTick(15_000);
  const status = sync.status.value;
  return troublesOf({
    status,
    now_ms,
    only_in_journal: keeping.only_in_journal.value,
    room: keeping.room.value,
    set_aside: set_aside ?? status.set_aside,
  });
}
