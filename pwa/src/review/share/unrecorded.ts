import { measuresOf } from '../../observation/measures.ts';
import type { ObservationView } from '../../observation/view.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import { CHARTS_MAX } from './counts.ts';
import { promptOf } from './note_text.ts';

/** The look-fors that nothing was recorded for: agreed, or of a chart. As `unrecorded` of feedback/context.py. */
export function unrecordedOf(view: ObservationView, protocol: Protocol | null): string[] {
  const is_blank = Object.keys(view.items).length === 0;
  const keys = [
    ...(view.context?.agreed_items ?? []),
    ...(is_blank || !protocol ? [] : chartKeys(view, protocol)),
  ];
  const missed = keys.filter((key) => !view.items[key]);
  return [...new Set(missed.map((key) => promptOf(key, protocol)))];
}

function chartKeys(view: ObservationView, protocol: Protocol): string[] {
  const measured = measuresOf(view, protocol).filter((one) => one.reason === 'nothing_recorded');
  return protocol.charts.slice(0, CHARTS_MAX).flatMap((chart) => {
    const missed = (chart.measures ?? []).flatMap(
      (key) => measured.find((one) => one.key === key)?.of ?? [],
    );
    return [...(chart.items ?? []), ...missed];
  });
}
