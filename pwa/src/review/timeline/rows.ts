import type { TimelineLine } from '../../observation/view.ts';

/** One row of the timeline; several tallies of one item are one row, standing at the last of them. */
export interface Row {
  line: TimelineLine;
  /** All lines of the row in order of time; one except for tallies. */
  lines: TimelineLine[];
}

export function rowsOf(timeline: readonly TimelineLine[]): Row[] {
  const tallies = new Map<string, Row>();
  const rows: Row[] = [];
  for (const line of timeline) {
    const key = line.kind === 'count.added' ? `${line.item_key} ${line.payload.code ?? ''}` : null;
    const known = key === null ? undefined : tallies.get(key);
    if (known) {
      known.lines.push(line);
      known.line = line;
      continue;
    }
    const row = { line, lines: [line] };
    rows.push(row);
    if (key !== null) tallies.set(key, row);
  }
  return rows.sort(
    (one, other) => Date.parse(one.line.occurred_at) - Date.parse(other.line.occurred_at),
  );
}
