import type { DeviceLog, SubjectSummary } from '../log/log.ts';
import { sortVisits, summarizeVisit, type VisitSummary } from './visits.ts';

const summarized = new Map<string, { fingerprint: string; visit: VisitSummary | null }>();

/** Of a locked profile nothing stays in this page. */
export function forgetSummaries(): void {
  summarized.clear();
}

export async function readVisits(log: DeviceLog): Promise<VisitSummary[]> {
  const subjects = (await log.subjects()).filter((one) => one.subject_kind === 'observation');
  for (const subject of subjects) {
    const fingerprint = fingerprintOf(subject);
    if (summarized.get(subject.subject_id)?.fingerprint === fingerprint) continue;
    const entries = await log.entriesOf(subject.subject_id);
    // It was locked meanwhile.
    if (entries.length === 0) continue;
    const visit = summarizeVisit(entries);
    summarized.set(subject.subject_id, { fingerprint, visit });
  }
  const here = subjects.map((one) => summarized.get(one.subject_id)?.visit ?? null);
  return sortVisits(here.filter((visit) => visit !== null));
}

function fingerprintOf(subject: SubjectSummary): string {
  return [subject.entry_count, subject.last_entered_at, subject.dots, subject.set_aside].join(' ');
}
