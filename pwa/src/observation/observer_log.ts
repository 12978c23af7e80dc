import type { Entry, Payload } from '../entry/entry.ts';
import { is_evidence, kindOf } from '../entry/kinds.ts';
import { compareText } from './instants.ts';
import { groupBy, unreplaced } from './registers.ts';
import { coversOf, objectOf, textOf } from './shapes.ts';
import type { Covers } from './view.ts';

/** The observer's entries, by id, with what she took back and what she said about them later. */
export class ObserverLog {
  readonly by_id: Map<string, Entry>;
  readonly retracted: Set<string>;
  readonly amendments: Map<string, Entry[]>;
  readonly taggings: Map<string, Entry[]>;
  readonly has_finish: boolean;
  readonly covers: Covers[];
  private readonly entries: Entry[];

  constructor(entries: Entry[]) {
    this.entries = entries;
    this.by_id = new Map(entries.map((entry) => [entry.entry_id, entry]));
    this.retracted = this.findRetracted();
    this.amendments = this.aboutEvidence(
      'entry.amended',
      (payload) => objectOf(payload.payload) !== null,
    );
    this.taggings = this.aboutEvidence('entry.tagged', () => true);
    const finishes = this.ofKind('observation.finished');
    this.has_finish = finishes.length > 0;
    this.covers = finishes.flatMap((entry) => coversOf(entry.payload.covers));
  }

  readonly is_live = (entry: Entry): boolean => !this.retracted.has(entry.entry_id);

  ofKind(kind: string): Entry[] {
    return this.entries.filter((entry) => entry.kind === kind);
  }

  evidence(): Entry[] {
    return this.entries.filter((entry) => is_evidence(entry.kind));
  }

  private findRetracted(): Set<string> {
    const targets = this.ofKind('entry.retracted').map(
      (entry) => textOf(entry.payload.entry_id) ?? '',
    );
    return new Set(
      targets.filter((id) => kindOf(this.by_id.get(id)?.kind ?? '')?.can_be_retracted),
    );
  }

  /** Live evidence by id, each with the unreplaced entries of `kind` about it. */
  private aboutEvidence(
    kind: string,
    has_shape: (payload: Payload) => boolean,
  ): Map<string, Entry[]> {
    const about = groupBy(
      this.ofKind(kind).filter((entry) => has_shape(entry.payload)),
      (entry) => {
        const target = this.by_id.get(textOf(entry.payload.entry_id) ?? '');
        return target && is_evidence(target.kind) && this.is_live(target) ? target.entry_id : null;
      },
    );
    const current = [...about].map(
      ([id, versions]) => [id, unreplaced(versions, this.is_live)] as const,
    );
    return new Map(
      current.filter(([, versions]) => versions.length).sort(([a], [b]) => compareText(a, b)),
    );
  }
}

export function is_covered(entry: Entry, covers: Covers[]): boolean {
  return covers.some(
    (cover) =>
      cover.clock_session_id === entry.clock_session_id && entry.elapsed_ms <= cover.through_ms,
  );
}
