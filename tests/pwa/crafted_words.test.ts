import { signal } from '@preact/signals';
import { h } from 'preact';
import { afterEach, expect, test, vi } from 'vitest';
import type { Entry } from '../../pwa/src/entry/entry.ts';
import { KINDS } from '../../pwa/src/entry/kinds.ts';
import { AttentionList } from '../../pwa/src/home/waiting/attention_list.tsx';
import type { LoggedEntry } from '../../pwa/src/log/log.ts';
import type { Conflict } from '../../pwa/src/observation/view.ts';
import { kindText } from '../../pwa/src/ui/kind_text.ts';
import { answerLabel, speakerName } from '../../pwa/src/ui/line_text.ts';
import { versionText } from '../../pwa/src/ui/version_text.ts';
import type { Device } from '../../pwa/src/visits/device.ts';
import { DeviceContext } from '../../pwa/src/visits/device_context.ts';
import type { Visit } from '../../pwa/src/visits/visit.ts';
import { show } from './page.ts';
import { madeEntry } from './screens_entries.ts';

afterEach(() => vi.unstubAllGlobals());

const NEVER_TEXT = { toString: 1, valueOf: 1 };
const CRAFTED = [
  ...[null, true, 1e308, -0, '', 'xZ', 'constructor', '__proto__', 'toString'],
  ...[[], {}, [null], [NEVER_TEXT], NEVER_TEXT],
];
const FIELDS = [
  ...['text', 'speaker', 'alt', 'value', 'code', 'codes', 'level', 'n', 'of', 'tags'],
  ...['ended_at', 'payload'],
];
const payloads = FIELDS.flatMap((field) => CRAFTED.map((value) => ({ [field]: value })));

test.each([...Object.keys(KINDS), 'constructor', 'later.kind'])('any %s has words', (kind) => {
  for (const payload of payloads) {
    expect(typeof kindText(madeEntry({ kind, payload }), null)).toBe('string');
  }
});

test.each(['entry.amended', 'entry.tagged', 'observation.finished', 'draft.written'])(
  'any version of %s has words',
  (kind) => {
    const line = { ...madeEntry(), kind: 'script.written' };
    const visit = {
      protocol: signal(null),
      view: signal({ timeline: [line] }),
    } as unknown as Visit;
    const conflict = { entry_ids: [], of: line.entry_id } as unknown as Conflict;
    for (const payload of payloads) {
      const text = versionText(madeEntry({ kind, payload }), conflict, visit);
      expect(typeof text).toBe('string');
    }
  },
);

test('a speaker or an answer is never read from what every object has', () => {
  expect(speakerName('constructor')).toBe(speakerName('O'));
  expect(speakerName('__proto__')).toBe(speakerName('O'));
  expect(answerLabel('constructor')).toBe('constructor');
});

test('numbers and texts read as they did', () => {
  const text = (kind: string, payload: Entry['payload']) =>
    kindText(madeEntry({ kind, payload }), null);
  expect(text('value.given', { value: 2.5 })).toBe('goal: 2.5');
  expect(text('rating.given', { level: 3 })).toBe('goal: 3');
  expect(text('sweep.taken', { n: 3, of: 20 })).toBe('goal: 3 of 20 students');
  expect(text('sweep.taken', { n: 3, of: '20' })).toBe('goal');
});

test('an entry that cannot be shown leaves the others, and what the page offers, where they are', async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  const logged = (entry: Entry, text: string): LoggedEntry => ({
    ...{ stream_id: 's', stream_seq: 1, body: '', entry, is_own: false },
    ...{ state: 'set_aside', set_aside: { code: 'c', text } },
  });
  const set_aside = [
    logged(madeEntry({ occurred_at: 'never' }), 'Broken.'),
    logged(madeEntry({ occurred_at: '2025-11-12T09:05:00.000-05:00' }), 'Whole.'),
  ];
  const directory = { people: [], schools: [], classes: [], pairings: [], protocols: [] };
  const value = { directory: signal(directory) } as unknown as Device;
  const list = h(AttentionList, { set_aside, wordless: [], visits: [] });
  const screen = show(
    h(DeviceContext.Provider, { value }, list, h('button', { type: 'button' }, 'Send now')),
  );
  await vi.waitFor(() => expect(screen.text()).toContain('An entryBroken.'));
  expect(screen.text()).toContain('Whole.');
  expect(screen.text()).toContain('12 November');
  expect(screen.has('Send now')).toBe(true);
});
