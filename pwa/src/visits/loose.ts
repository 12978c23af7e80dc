import type { Device } from './device.ts';

/** Marks that the log has not: kept by the second journal alone, or on no disk. */
export function countLoose({ keeping, writing }: Pick<Device, 'keeping' | 'writing'>): number {
  return keeping.only_in_journal.value + writing.unsaved.value.length;
}
