/**
 * Every kind of entry. Twin of server/noticing/protocols/kinds.py; tests/wire/kinds.json holds both to it.
 * lifecycle: what the visit is; intent: what may become evidence; evidence: what was seen or heard;
 * revision: a later word about an entry;
 * private: the author's alone; feedback: between the two people.
 */
export interface Kind {
  role: 'lifecycle' | 'intent' | 'evidence' | 'revision' | 'private' | 'feedback';
  /** names in `replaces` the versions its author was shown; more than one unreplaced: "2 versions" */
  is_register: boolean;
  /** the item types whose items it may name; empty: it names no item */
  item_types: readonly string[];
  can_be_retracted: boolean;
}

function evidence(is_register: boolean, ...item_types: string[]): Kind {
  return { role: 'evidence', is_register, item_types, can_be_retracted: true };
}

function other(role: Kind['role'], is_register: boolean, can_be_retracted: boolean): Kind {
  return { role, is_register, item_types: [], can_be_retracted };
}

export const KINDS = {
  'observation.started': other('lifecycle', false, false),
  'observation.corrected': other('lifecycle', true, true),
  'observation.finished': other('lifecycle', true, false),
  'item.marked': evidence(false, 'check'),
  'item.not_seen': evidence(false, 'check'),
  'rating.given': evidence(true, 'rating'),
  'count.added': evidence(false, 'tally'),
  'sweep.taken': evidence(false, 'sweep'),
  'script.written': evidence(false, 'script'),
  'tags.chosen': evidence(true, 'tags'),
  'answer.given': evidence(true, 'yesno'),
  'value.given': evidence(true, 'choice', 'number', 'text', 'time'),
  'photo.intended': {
    role: 'intent',
    is_register: false,
    item_types: ['photo'],
    can_be_retracted: true,
  },
  'photo.taken': evidence(false, 'photo'),
  'entry.tagged': other('revision', true, true),
  'entry.amended': other('revision', true, true),
  'entry.retracted': other('revision', false, false),
  'draft.written': other('private', true, true),
  'feedback.shared': other('feedback', false, false),
  'feedback.replied': other('feedback', false, false),
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

/** Undefined for a kind that this build does not know (a newer tablet's). */
export function kindOf(name: string): Kind | undefined {
  return Object.hasOwn(KINDS, name) ? KINDS[name as KindName] : undefined;
}

export function is_evidence(name: string): boolean {
  return kindOf(name)?.role === 'evidence';
}
