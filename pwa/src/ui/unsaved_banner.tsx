import { useState } from 'preact/hooks';
import { useDevice } from '../visits/device_context.ts';
import type { Visit } from '../visits/visit.ts';
import { t } from './messages/messages.ts';
import { RescueButton } from './rescue_button.tsx';
import { route } from './routes.ts';
import { useRescue } from './use_rescue.ts';

/** The one message that must be seen: a mark is on no disk. */
export function UnsavedBanner({ visit }: { visit: Visit }) {
  return <Unsaved n={visit.unsaved.value.length} tryAgain={visit.tryAgain} />;
}

/** The same on every other screen: what failed in a visit that was left is still here, and nowhere else. */
export function UnsavedElsewhere() {
  const { writing } = useDevice();
  const here = route.value;
  const shown_id = 'observation_id' in here ? here.observation_id : null;
  const elsewhere = writing.unsaved.value.filter((one) => one.entry.subject_id !== shown_id);
  return (
    <div class="unsaved-elsewhere">
      <Unsaved n={elsewhere.length} tryAgain={writing.tryAgain} />
    </div>
  );
}

function Unsaved({ n, tryAgain }: { n: number; tryAgain: () => Promise<boolean> }) {
  const [is_trying, setTrying] = useState(false);
  if (n === 0) return null;
  const again = async () => {
    setTrying(true);
    await tryAgain();
    setTrying(false);
  };
  return (
    <div class="notice strong" role="alert">
      <p>
        <b>{t('unsaved.title', { n })}</b> {t('unsaved.text')}
      </p>
      <button type="button" class="button" disabled={is_trying} onClick={again}>
        {t('action.try_again')}
      </button>
      <UnsavedRescue />
    </div>
  );
}

/** On no disk here, so at least in a file. */
function UnsavedRescue() {
  const rescue = useRescue();
  if (rescue) return <RescueButton n={null} is_terse {...rescue} />;
  return rescue === null ? <p>{t('waiting.no_rescue')}</p> : null;
}
