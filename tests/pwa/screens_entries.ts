import type { Entry } from '../../pwa/src/entry/entry.ts';

let made = 0;

/** An entry with only what a test says about it. */
export function madeEntry(said: Partial<Entry> = {}): Entry {
  made += 1;
  return {
    entry_id: `entry-${String(made).padStart(4, '0')}`,
    author_id: 'coach',
    subject_kind: 'observation',
    subject_id: 'visit',
    kind: 'item.marked',
    item_key: 'goal',
    payload: {},
    replaces: [],
    occurred_at: '2026-11-12T09:05:00.000-05:00',
    entered_at: '2026-11-12T09:05:00.000-05:00',
    elapsed_ms: made,
    clock_session_id: 'session',
    app_version: 'test',
    entry_schema: 1,
    salt: 'salt',
    ...said,
  };
}

export function startedEntry(payload: Record<string, unknown> = {}): Entry {
  return madeEntry({
    kind: 'observation.started',
    item_key: null,
    occurred_at: '2026-11-12T09:00:00.000-05:00',
    payload: {
      tenant_id: 't',
      school_id: 's',
      class_id: 'c-rivera',
      observed_id: 'rivera',
      pairing_id: 'pair-rivera',
      channel: 'coaching',
      protocol_slug: 'lesson-clarity',
      protocol_version: '1.0.0',
      protocol_hash: 'h',
      agreed_items: [],
      students_present: 22,
      purpose: 'Coaching, not evaluation',
      ...payload,
    },
  });
}
