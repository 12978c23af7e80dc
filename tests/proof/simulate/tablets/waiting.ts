import type { OwnRow, StreamRow } from '../../../../pwa/src/log/stores.ts';
import type { Profile } from './profile.ts';

export function streamsOf({ disk }: Profile): StreamRow[] {
  const current = (disk.image.get('meta') ?? []).find((row) => row.key === 'stream');
  const rows = [...(current ? [current] : []), ...(disk.image.get('streams') ?? [])];
  return rows.map((row) => row.value as StreamRow);
}

/** What has no check yet. */
export function waitingRows(profile: Profile): OwnRow[] {
  const marks = new Map(streamsOf(profile).map((one) => [one.stream_id, one.acknowledged_through]));
  const rows = (profile.disk.image.get('entries') ?? []).map((row) => row.value as OwnRow);
  return rows.filter((row) => row.stream_seq > (marks.get(row.stream_id) ?? 0));
}
