import { useState } from 'preact/hooks';
import { t } from '../../ui/messages/messages.ts';
import { nearDay } from '../../ui/times.ts';
import { useDevice } from '../../visits/device_context.ts';
import type { Person } from '../../visits/directory.ts';
import { lastVisitOf, type VisitSummary } from '../../visits/visits.ts';
import { classesOf, searchPeople } from './start_choices.ts';

/** Above this many a search field is worth its place. */
const SEARCH_FROM = 7;

interface Props {
  teachers: Person[];
  visits: VisitSummary[];
  chosen_id: string;
  onChoose: (person_id: string) => void;
}

export function TeacherList({ teachers, visits, chosen_id, onChoose }: Props) {
  const [text, setText] = useState('');
  const found = searchPeople(teachers, text);
  return (
    <fieldset class="start-who">
      <legend class="cap">{t('start.whom')}</legend>
      {teachers.length > SEARCH_FROM && (
        <input
          class="search"
          type="search"
          value={text}
          placeholder={t('start.search')}
          aria-label={t('start.search')}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      )}
      <div class="options people">
        {found.map((person) => (
          <label key={person.person_id} class="option">
            <input
              type="radio"
              name="teacher"
              checked={person.person_id === chosen_id}
              onChange={() => onChoose(person.person_id)}
            />
            <span>
              <b>{person.display_name}</b>
              <small>
                <PersonLine person={person} visits={visits} />
              </small>
            </span>
          </label>
        ))}
        {found.length === 0 && <p class="soft">{t('start.none_found', { text })}</p>}
      </div>
    </fieldset>
  );
}

function PersonLine({ person, visits }: { person: Person; visits: VisitSummary[] }) {
  const { directory, session } = useDevice();
  const classes = classesOf(directory.value, person.person_id).map((one) => one.title);
  const last = lastVisitOf(visits, person.person_id, session.person_id);
  const when = last
    ? t('start.last_visit', { day: nearDay(last.started_at) })
    : t('start.no_visit');
  return <>{[...classes.slice(0, 2), when].join(' · ')}</>;
}
