import { signal } from '@preact/signals';
import { type ComponentChild, h } from 'preact';
import { afterEach, expect, test, vi } from 'vitest';
import type { MadeEntry } from '../../pwa/src/entry/entry.ts';
import type { RescueKind } from '../../pwa/src/sync/rescue.ts';
import { UnsavedBanner, UnsavedElsewhere } from '../../pwa/src/ui/unsaved_banner.tsx';
import type { Device } from '../../pwa/src/visits/device.ts';
import { DeviceContext } from '../../pwa/src/visits/device_context.ts';
import type { Visit } from '../../pwa/src/visits/visit.ts';
import { show } from './page.ts';
import { taps } from './tablet.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const MADE = { streams: [], pushes: [], photos: [], hashes: [], left: 0, staying: 0 };

function tabletWith(unsaved: readonly MadeEntry[], kind: RescueKind = 'sealed') {
  const gather = vi.fn(async () => ({ ...MADE, entries: 4, is_whole: true }));
  const counts = { on_tablet: 2, photos_waiting: 0, photo_bytes_waiting: 0, is_sending: false };
  const writing = { unsaved: signal(unsaved), tryAgain: vi.fn(async () => true) };
  const device = {
    sync: { status: signal(counts), rescue: { kind: async () => kind, gather } },
    keeping: { only_in_journal: signal(1) },
    writing,
  };
  const on = (screen: ComponentChild) =>
    show(h(DeviceContext.Provider, { value: device as unknown as Device }, screen));
  return { gather, writing, on };
}

test('the red banner offers a rescue file, and what is on no disk goes into it', async () => {
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:1');
  const unsaved = taps(1);
  const { gather, writing, on } = tabletWith(unsaved);
  const visit = { ...writing } as unknown as Visit;
  const screen = on(h(UnsavedBanner, { visit }));
  await vi.waitFor(() => expect(screen.has('Save rescue file')).toBe(true));
  await screen.press('Save rescue file');
  expect(gather).toHaveBeenCalledWith([], unsaved);
  expect(screen.text()).toContain('Saved with 4 entries');
  expect(screen.text()).toContain(`hand it in at ${location.origin}/rescue`);
  expect(screen.text()).toContain('This mark is NOT saved.');
});

test('so does the banner of the other screens', async () => {
  const { on } = tabletWith(taps(1));
  const screen = on(h(UnsavedElsewhere, {}));
  await vi.waitFor(() => expect(screen.has('Save rescue file')).toBe(true));
  expect(screen.has('Try again')).toBe(true);
});

test('where none can be made it says why', async () => {
  const { on } = tabletWith(taps(1), null);
  const screen = on(h(UnsavedElsewhere, {}));
  await vi.waitFor(() => expect(screen.text()).toContain('a server that knows this tablet'));
  expect(screen.has('Save rescue file')).toBe(false);
});

test('nothing is said where all is saved', () => {
  expect(tabletWith([]).on(h(UnsavedElsewhere, {})).text()).toBe('');
});
