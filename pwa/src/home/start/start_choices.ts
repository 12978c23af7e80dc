import type { Channel } from '../../protocol/protocol.ts';
import type { Session } from '../../sync/session.ts';
import {
  type Directory,
  newestProtocols,
  type Person,
  type ProtocolRow,
  type SchoolClass,
} from '../../visits/directory.ts';
import { lastVisitOf, type VisitSummary } from '../../visits/visits.ts';
import { channelsFor, everyoneToObserve } from '../../visits/whom_to_observe.ts';

type Who = Pick<Session, 'person_id' | 'roles'>;

/** What will be started; every part can be chosen anew before Begin. */
export interface StartChoice {
  teacher_id: string;
  class_id: string | null;
  channel: Channel;
  protocol_slug: string | null;
  agreed_items: string[];
  students_present: number | null;
}

/** Those visited last come first, then the others by name. */
export function teachersByRecency(
  directory: Directory,
  who: Who,
  visits: readonly VisitSummary[],
): Person[] {
  const lastOf = (person: Person) => {
    const last = lastVisitOf(visits, person.person_id, who.person_id);
    return last ? Date.parse(last.started_at) : 0;
  };
  return everyoneToObserve(directory, who)
    .map((person) => ({ person, last: lastOf(person) }))
    .sort((one, other) => other.last - one.last)
    .map(({ person }) => person);
}

export function searchPeople(people: readonly Person[], text: string): Person[] {
  const wanted = plain(text).split(/\s+/).filter(Boolean);
  return people.filter((person) =>
    wanted.every((word) => plain(person.display_name).includes(word)),
  );
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

export function classesOf(directory: Directory, teacher_id: string): SchoolClass[] {
  return directory.classes.filter((one) => one.teacher_id === teacher_id);
}

export function protocolsFor(directory: Directory, channel: Channel): ProtocolRow[] {
  return newestProtocols(directory).filter((row) => row.document.channels.includes(channel));
}

/** As with this teacher last time; so that Start, Begin and the first mark are three taps. */
export function defaultChoice(
  directory: Directory,
  who: Who,
  visits: readonly VisitSummary[],
  teacher_id: string,
): StartChoice {
  const last = lastVisitOf(visits, teacher_id, who.person_id);
  const latest = visits.find((visit) => visit.observer_id === who.person_id);
  const channel = channelsFor(directory, who, teacher_id)[0] ?? 'coaching';
  const classes = classesOf(directory, teacher_id);
  const chosen_class = classes.find((one) => one.class_id === last?.context.class_id) ?? classes[0];
  const protocols = protocolsFor(directory, channel);
  const bySlug = (slug: string | null | undefined) => protocols.find((row) => row.slug === slug);
  const protocol =
    bySlug(last?.context.protocol_slug) ?? bySlug(latest?.context.protocol_slug) ?? protocols[0];
  const is_same_protocol = protocol?.slug === last?.context.protocol_slug;
  return {
    teacher_id,
    class_id: chosen_class?.class_id ?? null,
    channel,
    protocol_slug: protocol?.slug ?? null,
    agreed_items: is_same_protocol ? (last?.context.agreed_items ?? []) : [],
    students_present: chosen_class?.head_count ?? null,
  };
}

/** The payload of `observation.started`; null while something that it needs is not chosen. */
export function startedPayload(
  choice: StartChoice,
  directory: Directory,
  session: Pick<Session, 'person_id' | 'tenant_id'>,
  purpose: string,
): Record<string, unknown> | null {
  const chosen_class = directory.classes.find((one) => one.class_id === choice.class_id);
  const protocol = protocolsFor(directory, choice.channel).find(
    (row) => row.slug === choice.protocol_slug,
  );
  if (!chosen_class || !protocol) return null;
  const pairing = directory.pairings.find(
    (one) => one.coach_id === session.person_id && one.teacher_id === choice.teacher_id,
  );
  return {
    tenant_id: session.tenant_id,
    school_id: chosen_class.school_id,
    class_id: chosen_class.class_id,
    observed_id: choice.teacher_id,
    pairing_id: choice.channel === 'coaching' ? (pairing?.pairing_id ?? null) : null,
    channel: choice.channel,
    protocol_slug: protocol.slug,
    protocol_version: protocol.version,
    protocol_hash: protocol.hash,
    agreed_items: choice.agreed_items,
    students_present: choice.students_present,
    purpose,
  };
}
