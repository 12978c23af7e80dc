import { type MessageKey, t } from '../../ui/messages/messages.ts';
import type { Pieces, VisitSummary } from '../../visits/visits.ts';

/** Those of which something is on this tablet only; what waits longest first. */
export function waitingVisits(visits: readonly VisitSummary[]): VisitSummary[] {
  const since = (visit: VisitSummary) => Date.parse(visit.oldest_waiting_at ?? visit.started_at);
  return visits
    .filter((visit) => visit.waiting > 0)
    .sort((one, other) => since(one) - since(other));
}

const NAMES: readonly [keyof Pieces, MessageKey][] = [
  ['marks', 'waiting.marks'],
  ['photos', 'waiting.photos'],
  ['gone', 'waiting.gone'],
  ['corrections', 'waiting.corrections'],
  ['drafts', 'waiting.drafts'],
];

/** "7 marks", "2 photos", "1 other entry": only what there is. */
export function piecesOf({ waiting, pieces }: Pick<VisitSummary, 'waiting' | 'pieces'>): string[] {
  const named = NAMES.map(([piece, key]) => ({ n: pieces[piece], key }));
  const others = waiting - named.reduce((sum, { n }) => sum + n, 0);
  return [...named, { n: others, key: 'waiting.others' as const }]
    .filter(({ n }) => n > 0)
    .map(({ n, key }) => t(key, { n }));
}
