import type { ComponentChildren } from 'preact';
import { clockTime } from '../ui/times.ts';
import { visitNames } from '../ui/visit_names.ts';
import { useDevice } from '../visits/device_context.ts';
import type { VisitSummary } from '../visits/visits.ts';

interface Props {
  visit: VisitSummary;
  line: string;
  children: ComponentChildren;
}

export function VisitRow({ visit, line, children }: Props) {
  const { directory } = useDevice();
  const { teacher, class_title } = visitNames(visit.context, directory.value);
  return (
    <li class="row-timed">
      <span class="num soft">{clockTime(visit.started_at)}</span>
      <span>
        <b>{teacher}</b>
        <span class="row-class">{class_title}</span>
        <span class="soft row-line">{line}</span>
      </span>
      <span class="row-acts">{children}</span>
    </li>
  );
}
