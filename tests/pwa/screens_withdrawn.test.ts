import { signal } from '@preact/signals';
import { type ComponentChild, h } from 'preact';
import { expect, test } from 'vitest';
import { AttentionList } from '../../pwa/src/home/waiting/attention_list.tsx';
import { WaitingVisits } from '../../pwa/src/home/waiting/waiting_visits.tsx';
import type { Device } from '../../pwa/src/visits/device.ts';
import { DeviceContext } from '../../pwa/src/visits/device_context.ts';
import { EMPTY_DIRECTORY } from '../../pwa/src/visits/directory.ts';
import { show } from './page.ts';

function on(screen: ComponentChild, on_tablet = 0): string {
  const device = { sync: { status: signal({ on_tablet }) }, directory: signal(EMPTY_DIRECTORY) };
  const value = device as unknown as Device;
  return show(h(DeviceContext.Provider, { value }, screen)).text();
}

const ASIDE = {
  ...{ stream_id: 's', stream_seq: 7, entry_id: 'e', code: 'item-unknown', text: 'Why.' },
  ...{ subject_id: 'visit', entered_at: '2026-11-12T14:00:00.000Z', is_own: true },
};

test('what was set aside of a withdrawn visit is told with its number and its reason, without words or names', () => {
  const wordless = [{ ...ASIDE, is_withdrawn: true }];
  const said = on(h(AttentionList, { set_aside: [], wordless, visits: [] }));
  expect(said).toContain('Entry 7 of this tablet');
  expect(said).toContain('This visit is no longer yours to read');
  expect(said).toContain('Why.');
});

test('what waits of visits that are not shown is said, though there is no visit to name', () => {
  expect(on(h(WaitingVisits, { visits: [] }), 12)).toContain('12 entries belong to no visit');
  expect(on(h(WaitingVisits, { visits: [] }), 0)).toBe('');
});
