import type { Payload } from '../entry/entry.ts';
import type { Channel } from '../protocol/protocol.ts';

export type Status = 'unknown' | 'capturing' | 'finished' | 'shared';

export interface Context {
  tenant_id: string | null;
  school_id: string | null;
  class_id: string | null;
  observed_id: string | null;
  pairing_id: string | null;
  channel: Channel | null;
  protocol_slug: string | null;
  protocol_version: string | null;
  protocol_hash: string | null;
  agreed_items: string[];
  students_present: number | null;
  purpose: string | null;
  /** device wall clock with offset, like every *_at here */
  started_at: string;
}

export interface CheckView {
  type: 'check';
  seen: number;
  first_seen_at: string | null;
  times: string[];
  /** looked for and not observed; never true once it was seen */
  not_seen: boolean;
}

export interface TallyView {
  type: 'tally';
  count: number;
  by_code: Record<string, number>;
  last_at: string | null;
}

export interface Sweep {
  entry_id: string;
  n: number;
  of: number;
  occurred_at: string;
}

export interface SweepView {
  type: 'sweep';
  sweeps: Sweep[];
  n_sum: number;
  of_sum: number;
}

export interface ScriptView {
  type: 'script';
  lines: number;
}

export interface Photo {
  entry_id: string;
  /** hex */
  sha256: string;
  alt: string;
  occurred_at: string;
}

/** In order of time, as amended; what was only intended is none. */
export interface PhotoView {
  type: 'photo';
  photos: Photo[];
}

export interface Version {
  entry_id: string;
  value: unknown;
  occurred_at: string;
}

/** One version: settled. More: shown as "2 versions" until an entry replaces them all. */
export interface RegisterView {
  type: 'rating' | 'yesno' | 'choice' | 'tags' | 'number' | 'text' | 'time';
  versions: Version[];
}

export type ItemView = CheckView | TallyView | SweepView | ScriptView | PhotoView | RegisterView;

export interface TimelineLine {
  entry_id: string;
  kind: string;
  item_key: string | null;
  occurred_at: string;
  entered_at: string;
  /** as amended */
  payload: Payload;
  amended: boolean;
  original_payload: Payload | null;
  /** not among what the finishing device covered */
  is_late: boolean;
  /** entered more than two minutes after it happened */
  is_added_later: boolean;
  tags: string[];
}

/** Exactly one of item_key and field; `of` names the entry whose tags or amendment disagree. */
export interface Conflict {
  item_key?: string;
  field?: string;
  of?: string;
  entry_ids: string[];
}

export interface Covers {
  clock_session_id: string;
  through_ms: number;
  count: number;
}

export interface Strength {
  text: string;
  evidence: string[];
}

export interface Step {
  text: string;
  try_when: string;
  see_hear: string;
  students_will: string;
  rehearsal: string;
  look_again_on: string | null;
}

export interface SharedFeedback {
  entry_id: string;
  occurred_at: string;
  version: number;
  strengths: Strength[];
  step: Step;
  questions: string[];
  evidence: string[];
  protocol_title: string;
  /** what its author had before her eyes; absent: what the finish covered */
  covers?: Covers[];
}

export interface Reply {
  entry_id: string;
  author_id: string;
  occurred_at: string;
  feedback_entry_id: string;
  text: string;
}

export interface DraftView {
  versions: { entry_id: string; value: unknown }[];
}

export interface ObservationView {
  /** '' when there are no entries */
  observation_id: string;
  observer_id: string | null;
  status: Status;
  context: Context | null;
  context_conflicts: string[];
  started_at: string | null;
  ended_at: string | null;
  items: Record<string, ItemView>;
  timeline: TimelineLine[];
  retracted: string[];
  late: string[];
  conflicts: Conflict[];
  drafts: Record<string, DraftView>;
  feedback: SharedFeedback[];
  has_new_evidence_since_feedback: boolean;
  replies: Reply[];
  entry_count: number;
}
