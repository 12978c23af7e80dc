import { type MessageKey, rich } from '../../ui/messages/messages.ts';
import type { Finding, FindingCode } from '../wording/wording.ts';

const SENTENCES: Record<FindingCode, MessageKey> = {
  'strength-missing': 'finding.strength_missing',
  'evidence-missing': 'finding.evidence_missing',
  'word-not-for-coaching': 'finding.word_not_for_coaching',
  'step-too-long': 'finding.step_too_long',
  'step-more-than-one': 'finding.step_more_than_one',
  'word-to-rethink': 'finding.word_to_rethink',
  'two-verbs': 'finding.two_verbs',
  'given-name': 'finding.given_name',
  'step-missing': 'finding.step_missing',
};

export function FindingText({ finding }: { finding: Finding }) {
  return (
    <>
      {rich(SENTENCES[finding.code], { text: finding.text })} {finding.rewrite ?? ''}
    </>
  );
}

/** What the helper says about one field, beneath it; said to screen readers when it changes. */
export function Findings({ findings, field }: { findings: readonly Finding[]; field: string }) {
  // What is missing is said when sharing; until then the fields are simply empty.
  const here = findings.filter((one) => one.field === field && !one.code.endsWith('-missing'));
  return (
    <div class="findings" aria-live="polite">
      {here.map((finding, at) => (
        <p key={`${finding.code} ${finding.text} ${at}`} class="finding">
          <FindingText finding={finding} />
        </p>
      ))}
    </div>
  );
}
