import { useMemo } from 'preact/hooks';
import { t } from '../../ui/messages/messages.ts';
import { useDevice } from '../../visits/device_context.ts';
import type { Visit } from '../../visits/visit.ts';
import type { CiteTarget } from '../composer_rules.ts';
import { readingLevel } from '../wording/reading_level.ts';
import { findWording } from '../wording/wording.ts';
import type { Composer } from './composer_state.ts';
import { Questions } from './questions.tsx';
import { StepFields } from './step_fields.tsx';
import { Strengths } from './strengths.tsx';

interface Props {
  visit: Visit;
  composer: Composer;
  setTarget: (target: CiteTarget) => void;
}

/** The helper looks at every letter, on this tablet. */
export function Composing({ visit, composer, setTarget }: Props) {
  const { directory } = useDevice();
  const view = visit.view.value;
  const draft = composer.draft.value;
  const channel = view.context?.channel ?? 'coaching';
  const people = directory.value.people;
  const findings = useMemo(
    () =>
      findWording(
        draft,
        channel,
        people.map((person) => person.display_name),
      ),
    [draft, channel, people],
  );
  const own = [...draft.strengths.map((one) => one.text), draft.step.text, ...draft.questions].join(
    '\n',
  );
  const level = readingLevel(own);
  return (
    <form
      class="composing"
      onFocusOut={composer.saveNow}
      onSubmit={(event) => event.preventDefault()}
    >
      <Strengths
        draft={draft}
        timeline={view.timeline}
        findings={findings}
        change={composer.change}
        setTarget={setTarget}
      />
      <StepFields draft={draft} findings={findings} change={composer.change} />
      <Questions draft={draft} findings={findings} change={composer.change} />
      {level !== null && <p class="soft">{t('composer.reading_level', { level })}</p>}
    </form>
  );
}
