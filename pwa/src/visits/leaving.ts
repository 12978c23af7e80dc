import { signal } from '@preact/signals';
import { dropReceived } from '../log/receive.ts';
import type { Device } from './device.ts';

/** The page is on its way out: nothing of hers is shown any more. */
export const is_leaving = signal(false);

/**
 * Nobody at this tablet can read what is on it any more. What the server has not vouched for long enough stays,
 * sealed. remove: what came from the server goes at once.
 */
export async function leaveForGood(
  { log, privacy }: Pick<Device, 'log' | 'privacy'>,
  how: 'sign_out' | 'remove',
): Promise<void> {
  is_leaving.value = true;
  const has_ended = await privacy.endReading();
  // Where the key could not be destroyed (this browser cannot encrypt), there is at least less to read.
  if (how === 'remove' || !has_ended) await log.perform(dropReceived());
}
