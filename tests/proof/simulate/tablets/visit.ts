import type { EntryDraft } from '../../../../pwa/src/entry/entry.ts';
import type { LoggedEntry } from '../../../../pwa/src/log/log.ts';
import { fold } from '../../../../pwa/src/observation/fold.ts';
import type { ObservationView } from '../../../../pwa/src/observation/view.ts';
import { type Item, itemsOf, type Protocol } from '../../../../pwa/src/protocol/protocol.ts';
import type { Chance } from './chance.ts';
import type { School } from './server.ts';

/** One observation as its observers carry it in their heads; several tablets of one person may hold it. */
export interface Visit {
  readonly subject_id: string;
  readonly author_id: string;
  readonly protocol: Protocol;
  readonly start: EntryDraft;
}

export function planVisit(
  school: School,
  coach: string,
  subject_id: string,
  chance: Chance,
): Visit {
  const { document, hash } = chance.pick(school.protocols);
  const author_id = school.people[coach] as string;
  const place = school.places[coach] as School['places'][string];
  const payload = {
    tenant_id: school.tenant_id,
    ...place,
    protocol_slug: document.slug,
    protocol_version: document.version,
    protocol_hash: hash,
    agreed_items: [],
    students_present: 22,
    purpose: '',
  };
  const start = { author_id, subject_id, kind: 'observation.started', item_key: null, payload };
  return { subject_id, author_id, protocol: document, start };
}

const WORDS = [
  'What do you notice?',
  'I split it in half.',
  'Where is it greater? – “here” 🙂',
  '½ < ⅔',
];

/** A few taps in a row, as a person makes them who sees what this tablet shows of the visit. */
export function planTaps(
  visit: Visit,
  known: readonly LoggedEntry[],
  count: number,
  chance: Chance,
): EntryDraft[] {
  const view = fold(
    known.filter((one) => one.state !== 'set_aside').map((one) => one.entry),
    visit.protocol,
  );
  const drafts: EntryDraft[] = [];
  const touched = new Set<string>();
  for (let made = 0; made < count; made += 1) {
    const draft = planOne(visit, view, chance);
    // A register that was just written would have to replace what is not made yet.
    const place = `${draft.kind} ${draft.item_key}`;
    if ((draft.replaces?.length ?? 0) > 0 || REGISTERS.has(draft.kind)) {
      if (touched.has(place)) continue;
      touched.add(place);
    }
    drafts.push(draft);
  }
  return drafts;
}

const REGISTERS = new Set([
  'rating.given',
  'tags.chosen',
  'answer.given',
  'value.given',
  'draft.written',
]);

function planOne(visit: Visit, view: ObservationView, chance: Chance): EntryDraft {
  const about = { author_id: visit.author_id, subject_id: visit.subject_id };
  const line = view.timeline.length > 0 ? chance.pick(view.timeline) : null;
  const choice = chance.weigh({ evidence: 10, retract: 0.7, amend: 0.7, tag: 0.5, draft: 0.7 });
  if (choice === 'draft') {
    const field = chance.pick(['noticed', 'step']);
    const replaces = (view.drafts[field]?.versions ?? []).map((one) => one.entry_id);
    const payload = { value: `${chance.pick(WORDS)} ${chance.below(1000)}` };
    return { ...about, kind: 'draft.written', item_key: field, payload, replaces };
  }
  if (line && choice === 'retract') {
    const payload = { entry_id: line.entry_id, reason: 'tapped by mistake' };
    return { ...about, kind: 'entry.retracted', item_key: null, payload };
  }
  if (line && choice === 'amend' && line.kind === 'script.written') {
    const amended = { text: `${chance.pick(WORDS)} (as said)`, speaker: 'S' };
    const payload = { entry_id: line.entry_id, payload: amended, reason: 'heard again' };
    return { ...about, kind: 'entry.amended', item_key: null, payload };
  }
  if (line && choice === 'tag' && line.kind === 'script.written') {
    const payload = { entry_id: line.entry_id, tags: ['explain'] };
    return { ...about, kind: 'entry.tagged', item_key: null, payload };
  }
  const item = pickItem(visit.protocol, chance);
  const versions = view.items[item.key];
  const shown =
    versions && 'versions' in versions ? versions.versions.map((one) => one.entry_id) : [];
  return { ...about, item_key: item.key, ...evidenceOf(item, shown, chance) };
}

/** A photo is taken seldom; where one can be taken at all, a visit has one or two. */
function pickItem(protocol: Protocol, chance: Chance): Item {
  const photo = itemsOf(protocol).find((one) => one.type === 'photo');
  return photo && chance.happens(0.1) ? photo : chance.pick(itemsOf(protocol));
}

function evidenceOf(item: Item, replaces: string[], chance: Chance) {
  const codes = (item.options ?? []).map((option) => option.code);
  switch (item.type) {
    case 'check':
      return chance.happens(0.8)
        ? { kind: 'item.marked', payload: {} }
        : { kind: 'item.not_seen', payload: {} };
    case 'tally':
      return {
        kind: 'count.added',
        payload: { code: codes.length > 0 ? chance.pick(codes) : null },
      };
    case 'sweep':
      return { kind: 'sweep.taken', payload: { n: chance.between(5, 20), of: 22 } };
    case 'script':
      return {
        kind: 'script.written',
        payload: { text: chance.pick(WORDS), speaker: chance.pick(['T', 'S']) },
      };
    case 'yesno':
      return { kind: 'answer.given', payload: { value: chance.pick(['yes', 'no']) }, replaces };
    case 'rating':
      return {
        kind: 'rating.given',
        payload: { level: chance.pick(item.levels ?? []).level },
        replaces,
      };
    case 'tags':
      return { kind: 'tags.chosen', payload: { codes: [chance.pick(codes)] }, replaces };
    case 'photo':
      return { kind: 'photo.intended', payload: {} };
    default:
      return { kind: 'value.given', payload: { value: chance.pick(codes) }, replaces };
  }
}

/** Finishing covers what this tablet's page has seen until now. */
export function planFinish(
  visit: Visit,
  clock: { clock_session_id: string; elapsed_ms: number },
  ended_at: string,
): EntryDraft {
  const cover = {
    clock_session_id: clock.clock_session_id,
    through_ms: clock.elapsed_ms,
    count: 1,
  };
  return {
    author_id: visit.author_id,
    subject_id: visit.subject_id,
    kind: 'observation.finished',
    item_key: null,
    payload: { ended_at, covers: [cover] },
  };
}

export function planShare(visit: Visit, evidence: readonly string[], version: number): EntryDraft {
  const cited = evidence.slice(0, 3);
  const payload = {
    version,
    strengths: [{ text: '3 of 3 students could say it.', evidence: cited }],
    step: {
      text: 'Wait three seconds before calling on a student.',
      try_when: 'period 2',
      see_hear: 'more students finish a thought',
      students_will: 'explain their picture',
      rehearsal: '',
      look_again_on: null,
    },
    questions: ['Is this what you thought was happening?'],
    evidence: cited,
    protocol_title: visit.protocol.title,
  };
  return {
    author_id: visit.author_id,
    subject_id: visit.subject_id,
    kind: 'feedback.shared',
    item_key: null,
    payload,
  };
}
