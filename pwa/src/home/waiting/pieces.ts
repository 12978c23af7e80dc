import { t } from '../../ui/messages/messages.ts';
import type { VisitSummary } from '../../visits/visits.ts';

type Waiting = Pick<VisitSummary, 'waiting' | 'waiting_marks' | 'waiting_photos'>;

/** Those of which something is on this tablet only; what waits longest first. */
export function waitingVisits(visits: readonly VisitSummary[]): VisitSummary[] {
  const since = (visit: VisitSummary) => Date.parse(visit.oldest_waiting_at ?? visit.started_at);
  return visits
    .filter((visit) => visit.waiting > 0)
    .sort((one, other) => since(one) - since(other));
}

/** "7 marks", "2 photos", "1 other entry": only what there is. */
export function piecesOf({ waiting, waiting_marks, waiting_photos }: Waiting): string[] {
  const others = waiting - waiting_marks - waiting_photos;
  return [
    ...(waiting_marks > 0 ? [t('waiting.marks', { n: waiting_marks })] : []),
    ...(waiting_photos > 0 ? [t('waiting.photos', { n: waiting_photos })] : []),
    ...(others > 0 ? [t('waiting.others', { n: others })] : []),
  ];
}
