import type { Entry } from '../entry/entry.ts';
import type { Channel } from '../protocol/protocol.ts';
import { unreplaced } from './registers.ts';
import { textOf, textsOf, wholeOf } from './shapes.ts';
import type { Conflict, Context } from './view.ts';

const CORRECTABLE = [
  'class_id',
  'observed_id',
  'pairing_id',
  'school_id',
  'students_present',
] as const;

interface Folded {
  context: Context;
  conflicts: Conflict[];
}

/** Each correctable field is a register of its own; the start is its first version. */
export function foldContext(
  start: Entry,
  corrections: Entry[],
  is_live: (entry: Entry) => boolean,
): Folded {
  const all = [start, ...corrections];
  const fields: Record<string, unknown> = {};
  const conflicts: Conflict[] = [];
  for (const field of CORRECTABLE) {
    const versions = unreplaced(
      [start, ...corrections.filter((entry) => field in entry.payload)],
      is_live,
      all,
    );
    fields[field] = versions.at(-1)?.payload[field] ?? null;
    if (versions.length > 1)
      conflicts.push({ field, entry_ids: versions.map((entry) => entry.entry_id).sort() });
  }
  return { context: contextOf(start, fields), conflicts };
}

function contextOf(start: Entry, fields: Record<string, unknown>): Context {
  const said = start.payload;
  return {
    tenant_id: textOf(said.tenant_id),
    school_id: textOf(fields.school_id),
    class_id: textOf(fields.class_id),
    observed_id: textOf(fields.observed_id),
    pairing_id: textOf(fields.pairing_id),
    channel: textOf(said.channel) as Channel | null,
    protocol_slug: textOf(said.protocol_slug),
    protocol_version: textOf(said.protocol_version),
    protocol_hash: textOf(said.protocol_hash),
    agreed_items: textsOf(said.agreed_items),
    students_present: wholeOf(fields.students_present),
    purpose: textOf(said.purpose),
    started_at: start.occurred_at,
  };
}
