import type { DeviceLog } from '../log/log.ts';
import type { Protocol } from '../protocol/protocol.ts';

export interface Person {
  person_id: string;
  display_name: string;
  roles: string[];
}

export interface School {
  school_id: string;
  name: string;
}

export interface SchoolClass {
  class_id: string;
  school_id: string;
  title: string;
  grade: string | null;
  subject: string | null;
  room: string | null;
  head_count: number | null;
  teacher_id: string;
}

export interface Pairing {
  pairing_id: string;
  coach_id: string;
  teacher_id: string;
}

export interface ProtocolRow {
  slug: string;
  version: string;
  hash: string;
  document: Protocol;
}

/** What this person may know of people, classes and protocols, without a network. */
export interface Directory {
  people: Person[];
  classes: SchoolClass[];
  schools: School[];
  pairings: Pairing[];
  protocols: ProtocolRow[];
}

export const EMPTY_DIRECTORY: Directory = {
  people: [],
  classes: [],
  schools: [],
  pairings: [],
  protocols: [],
};

export async function readDirectory({
  reference,
}: Pick<DeviceLog, 'reference'>): Promise<Directory> {
  const [people, classes, schools, pairings, protocols] = await Promise.all([
    reference.all('person'),
    reference.all('class'),
    reference.all('school'),
    reference.all('pairing'),
    reference.all('protocol'),
  ]);
  return { people, classes, schools, pairings, protocols } as unknown as Directory;
}

export function findClass(
  directory: Directory,
  class_id: string | null | undefined,
): SchoolClass | null {
  return directory.classes.find((one) => one.class_id === class_id) ?? null;
}

export function findProtocol(
  directory: Directory,
  slug: string | null,
  version: string | null,
): ProtocolRow | null {
  return directory.protocols.find((row) => row.slug === slug && row.version === version) ?? null;
}

/** One row a protocol: its newest version. */
export function newestProtocols(directory: Directory): ProtocolRow[] {
  const newest = new Map<string, ProtocolRow>();
  for (const row of directory.protocols) {
    const known = newest.get(row.slug);
    if (!known || is_newer(row.version, known.version)) newest.set(row.slug, row);
  }
  return [...newest.values()].sort((one, other) =>
    one.document.title.localeCompare(other.document.title),
  );
}

function is_newer(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) > 0;
}
