import { expect, test } from 'vitest';
import { fold } from '../../pwa/src/observation/fold.ts';
import { finishDraft } from '../../pwa/src/visits/finish.ts';
import { madeEntry, startedEntry } from './screens_entries.ts';

const now = { wall_ms: 0, offset_minutes: 0, elapsed_ms: 900, clock_session_id: 'here' };
const started = startedEntry({});

test('what her other tablet had sent and this one showed is not late', () => {
  const there = madeEntry({ clock_session_id: 'there', elapsed_ms: 5_000 });
  const { payload, replaces } = finishDraft([started, there], started.entered_at, now);
  expect(payload.covers).toContainEqual({
    clock_session_id: 'there',
    through_ms: 5_000,
    count: 1,
  });
  const end = madeEntry({ kind: 'observation.finished', item_key: null, payload, replaces });
  const after = madeEntry({ clock_session_id: 'there', elapsed_ms: 5_001 });
  expect(fold([started, there, end, after], null).late).toEqual([after.entry_id]);
});

test('finishing what is finished already replaces that end: one end stands', () => {
  const first = finishDraft([started], '2026-11-12T09:30:00.000-05:00', now);
  const end = madeEntry({ kind: 'observation.finished', item_key: null, ...first });
  const second = finishDraft([started, end], '2026-11-12T09:31:00.000-05:00', now);
  const again = madeEntry({ kind: 'observation.finished', item_key: null, ...second });
  const view = fold([started, end, again], null);
  expect(view.conflicts).toEqual([]);
  expect(view.ended_at).toBe('2026-11-12T09:31:00.000-05:00');
});
