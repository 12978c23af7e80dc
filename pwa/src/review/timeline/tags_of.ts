import type { TimelineLine } from '../../observation/view.ts';
import { findItem, type Option, type Protocol } from '../../protocol/protocol.ts';

/** The quick tags that the protocol offers for a script line. */
export function tagsFor(line: TimelineLine, protocol: Protocol | null): Option[] {
  if (line.kind !== 'script.written') return [];
  return findItem(protocol, line.item_key)?.options ?? [];
}

export function tagLabel(tag: string, line: TimelineLine, protocol: Protocol | null): string {
  return tagsFor(line, protocol).find((option) => option.code === tag)?.label ?? tag;
}
