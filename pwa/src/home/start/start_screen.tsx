import { useMemo, useState } from 'preact/hooks';
import { t } from '../../ui/messages/messages.ts';
import { ReadFailed } from '../../ui/read_failed.tsx';
import { StatusLine } from '../../ui/status_line.tsx';
import { clockText } from '../../ui/sync_words.ts';
import { useDevice } from '../../visits/device_context.ts';
import { useVisits } from '../../visits/use_visits.ts';
import type { VisitSummary } from '../../visits/visits.ts';
import { HomeHead } from '../home_head.tsx';
import { BeginBar } from './begin_bar.tsx';
import { ClassChoice, ProtocolChoice } from './choices.tsx';
import { LastStep } from './last_step.tsx';
import { defaultChoice, type StartChoice, teachersByRecency } from './start_choices.ts';
import { TeacherList } from './teacher_list.tsx';

export function StartScreen({ teacher_id }: { teacher_id: string | null }) {
  const { value: visits, has_failed, readAgain } = useVisits();
  return (
    <>
      <HomeHead title={t('start.title')}>
        <StatusLine />
      </HomeHead>
      {visits && <StartForm asked_for={teacher_id} visits={visits} />}
      {!visits && (
        <main class="quiet-screen">
          {has_failed ? <ReadFailed onTryAgain={readAgain} /> : t('app.opening')}
        </main>
      )}
    </>
  );
}

function StartForm({ asked_for, visits }: { asked_for: string | null; visits: VisitSummary[] }) {
  const { directory, session, sync } = useDevice();
  const clock = clockText(sync.status.value);
  const known = directory.value;
  const teachers = useMemo(
    () => teachersByRecency(known, session, visits),
    [known, session, visits],
  );
  const first = teachers.find((person) => person.person_id === asked_for) ?? teachers[0];
  const [chosen, setChoice] = useState<StartChoice | null>(null);
  const preselected = first ? defaultChoice(known, session, visits, first.person_id) : null;
  const choice = chosen ?? preselected;
  if (!choice) return <main class="quiet-screen">{t('start.nobody')}</main>;
  const chooseTeacher = (person_id: string) =>
    setChoice(defaultChoice(known, session, visits, person_id));
  const change = (changed: Partial<StartChoice>) => setChoice({ ...choice, ...changed });
  return (
    <>
      <main class="start">
        {clock && <p class="notice start-clock">{clock}</p>}
        <TeacherList
          teachers={teachers}
          visits={visits}
          chosen_id={choice.teacher_id}
          onChoose={chooseTeacher}
        />
        <div class="start-what">
          <LastStep visits={visits} teacher_id={choice.teacher_id} />
          <ClassChoice choice={choice} change={change} />
          <ProtocolChoice choice={choice} change={change} />
        </div>
      </main>
      <BeginBar choice={choice} />
    </>
  );
}
