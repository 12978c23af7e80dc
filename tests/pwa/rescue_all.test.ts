import { signal } from '@preact/signals';
import { h } from 'preact';
import { afterEach, expect, test, vi } from 'vitest';
import type { Rescued } from '../../pwa/src/sync/rescue.ts';
import { type Rescue, useRescue } from '../../pwa/src/ui/use_rescue.ts';
import type { Device } from '../../pwa/src/visits/device.ts';
import { DeviceContext } from '../../pwa/src/visits/device_context.ts';
import { show } from './page.ts';

afterEach(() => vi.unstubAllGlobals());

const FULL = { streams: [], pushes: [], photos: [], left: 0, staying: 0, is_whole: true };

/** Makes one file after another, each with so many photos waiting, and tells what they say that they hold. */
async function allOf(...files: { waiting: number; made: Partial<Rescued> }[]): Promise<number[]> {
  const counts = { on_tablet: 2, photos_waiting: 0, photo_bytes_waiting: 0, is_sending: false };
  const status = signal(counts);
  const gather = vi.fn();
  const device = {
    sync: { status, rescue: { kind: async () => 'sealed', gather } },
    keeping: { only_in_journal: signal(0) },
    writing: { unsaved: signal([]) },
  };
  let rescue: Rescue | null | undefined;
  const Made = () => {
    rescue = useRescue();
    return null;
  };
  const value = device as unknown as Device;
  show(h(DeviceContext.Provider, { value }, h(Made, {})));
  await vi.waitFor(() => expect(rescue).toBeTruthy());
  const all: number[] = [];
  for (const { waiting, made } of files) {
    status.value = { ...counts, photos_waiting: waiting };
    gather.mockResolvedValue({ ...FULL, entries: 2, hashes: [], ...made });
    all.push((await rescue?.onMake())?.all ?? -1);
  }
  return all;
}

test('a file that holds everything says so', async () => {
  expect(await allOf({ waiting: 1, made: { hashes: ['a'] } })).toEqual([3]);
});

test('nothing is all of it while a photo stays or is left for one more file', async () => {
  const first = { waiting: 3, made: { hashes: ['a'], left: 2 } };
  // The first was sent meanwhile; of the others one can be in no file: 2 entries and 2 photos wait.
  const next = { waiting: 2, made: { hashes: ['b'], staying: 1 } };
  expect(await allOf(first, next)).toEqual([0, 0]);
});

test('a photo that was sent meanwhile stands for nothing else', async () => {
  const first = { waiting: 2, made: { hashes: ['a'], left: 1 } };
  const next = { waiting: 1, made: { hashes: ['b'] } };
  expect(await allOf(first, next)).toEqual([0, 3]);
});

test('two files hold what neither holds alone', async () => {
  const first = { waiting: 2, made: { hashes: ['a'], left: 1 } };
  const next = { waiting: 2, made: { hashes: ['b'] } };
  expect(await allOf(first, next)).toEqual([0, 4]);
});
