import type { Channel } from '../protocol/protocol.ts';
import type { Session } from '../sync/session.ts';
import type { Directory, Person } from './directory.ts';

type Who = Pick<Session, 'person_id' | 'roles'>;

/** A coach coaches those she is paired with; a principal walks through the classes of her schools. */
export function peopleToObserve(directory: Directory, who: Who, channel: Channel): Person[] {
  const ids = new Set(
    channel === 'coaching' ? pairedWith(directory, who) : teachersOfClasses(directory, who),
  );
  ids.delete(who.person_id);
  return directory.people
    .filter((person) => ids.has(person.person_id))
    .sort((one, other) => one.display_name.localeCompare(other.display_name));
}

export function channelsFor(directory: Directory, who: Who, teacher_id: string): Channel[] {
  const all: Channel[] = ['coaching', 'walkthrough'];
  return all.filter((channel) =>
    peopleToObserve(directory, who, channel).some((person) => person.person_id === teacher_id),
  );
}

export function everyoneToObserve(directory: Directory, who: Who): Person[] {
  const everyone = [
    ...peopleToObserve(directory, who, 'coaching'),
    ...peopleToObserve(directory, who, 'walkthrough'),
  ];
  return [...new Map(everyone.map((person) => [person.person_id, person])).values()];
}

function pairedWith(directory: Directory, who: Who): string[] {
  return directory.pairings
    .filter((pairing) => pairing.coach_id === who.person_id)
    .map((pairing) => pairing.teacher_id);
}

function teachersOfClasses(directory: Directory, who: Who): string[] {
  return who.roles.includes('principal') ? directory.classes.map((one) => one.teacher_id) : [];
}
