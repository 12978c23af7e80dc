import { t } from '../../ui/messages/messages.ts';
import { type Waiting, WaitingLine } from './waiting_line.tsx';

export interface Worker {
  readonly person_id: string;
  /** null: the tablet cannot read it any more. */
  readonly display_name: string | null;
  readonly tenant_name: string | null;
  readonly has_pin: boolean;
  readonly waiting: Waiting;
}

interface Props {
  workers: readonly Worker[];
  onChoose: (person_id: string) => void;
  /** Somebody who is not among them: ends the session that is there, then asks for a password. */
  onSomebodyElse: () => void;
}

/** A shared tablet: who takes it now. What each left here goes out whoever is chosen. */
export function WhoWorksScreen({ workers, onChoose, onSomebodyElse }: Props) {
  return (
    <main class="quiet-screen who">
      <h1 id="screen-title" tabIndex={-1}>
        {t('people.title')}
      </h1>
      <ul class="who-list">
        {workers.map((worker) => (
          <li key={worker.person_id}>
            <button type="button" class="who-one" onClick={() => onChoose(worker.person_id)}>
              <span>
                <b>{worker.display_name ?? t('people.unreadable')}</b>
                {worker.tenant_name && <span class="soft row-line">{worker.tenant_name}</span>}
                <WaitingLine waiting={worker.waiting} />
              </span>
              <span class="chip">{t(worker.has_pin ? 'people.has_pin' : 'people.no_pin')}</span>
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="button" onClick={onSomebodyElse}>
        {t('people.somebody_else')}
      </button>
      <p class="soft">{t('people.text')}</p>
    </main>
  );
}
