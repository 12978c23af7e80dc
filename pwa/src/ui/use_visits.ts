import { useEffect, useState } from 'preact/hooks';
import type { SubjectSummary } from '../log/log.ts';
import { afterPause, type Device, useDevice } from './device.ts';
import { sortVisits, summarizeVisit, type VisitSummary } from './visits.ts';

const summarized = new Map<string, { fingerprint: string; visit: VisitSummary | null }>();

/** Every visit this tablet holds, newest first; only what changed is folded anew. null: still reading. */
export function useVisits(): VisitSummary[] | null {
  const device = useDevice();
  const [visits, setVisits] = useState<VisitSummary[] | null>(null);
  useEffect(() => {
    let is_gone = false;
    const read = async () => {
      const read_now = await readVisits(device);
      if (!is_gone) setVisits(read_now);
    };
    void read();
    const stop = device.log.subscribe(afterPause(200, () => void read()));
    return () => {
      is_gone = true;
      stop();
    };
  }, [device]);
  return visits;
}

async function readVisits({ log }: Device): Promise<VisitSummary[]> {
  const subjects = (await log.subjects()).filter((one) => one.subject_kind === 'observation');
  for (const subject of subjects) {
    const fingerprint = fingerprintOf(subject);
    if (summarized.get(subject.subject_id)?.fingerprint === fingerprint) continue;
    const visit = summarizeVisit(await log.entriesOf(subject.subject_id));
    summarized.set(subject.subject_id, { fingerprint, visit });
  }
  const here = subjects.map((one) => summarized.get(one.subject_id)?.visit ?? null);
  return sortVisits(here.filter((visit) => visit !== null));
}

function fingerprintOf(subject: SubjectSummary): string {
  return [subject.entry_count, subject.last_entered_at, subject.dots, subject.set_aside].join(' ');
}
