import type { DeviceLog } from '../../log/log.ts';
import { readMeta } from '../../log/meta.ts';
import { readAllStreams } from '../../log/read.ts';

/** When all that had been sent was last looked up on the server's disk, ISO; null where nothing was there to look up. */
export async function lastFoundWhole(log: Pick<DeviceLog, 'perform'>): Promise<string | null> {
  const last = await log.perform(readMeta<{ server_ms: number }>('verified_at'));
  if (!last) return null;
  const { current, retired } = await log.perform(readAllStreams());
  const marks = [current, ...retired].flatMap((stream) => stream.verified_marks ?? []);
  const is_something = marks.some((one) => one.through > 0 && one.server_ms <= last.server_ms);
  return is_something ? new Date(last.server_ms).toISOString() : null;
}
