import { t } from '../../ui/messages/messages.ts';
import { go, links } from '../../ui/routes.ts';
import { useSaving } from '../../ui/use_saving.ts';
import { nameOf, purposeOf } from '../../ui/visit_names.ts';
import { make, newId } from '../../visits/device.ts';
import { useDevice } from '../../visits/device_context.ts';
import { findClass } from '../../visits/directory.ts';
import { protocolsFor, type StartChoice, startedPayload } from './start_choices.ts';

/** Says what begins and whose evidence it will be; Begin waits for the disk, not for a network. */
export function BeginBar({ choice }: { choice: StartChoice }) {
  const device = useDevice();
  const saving = useSaving();
  const directory = device.directory.value;
  const payload = startedPayload(choice, directory, device.session, purposeOf(choice.channel));
  const teacher = nameOf(directory, choice.teacher_id);
  const protocol = protocolsFor(directory, choice.channel).find(
    (row) => row.slug === choice.protocol_slug,
  );
  const begin = () =>
    saving.run(async () => {
      if (!payload) return false;
      const observation_id = newId();
      await device.log.append([
        make(device, { subject_id: observation_id, kind: 'observation.started', payload }),
      ]);
      go(links.capture(observation_id));
      return true;
    });
  return (
    <footer class="begin">
      {saving.state === 'failed' && (
        <p class="notice" role="alert">
          {t('unsaved.start')}
        </p>
      )}
      <p>
        <b>
          {t('visit.who', {
            teacher,
            class_title: findClass(directory, choice.class_id)?.title ?? t('visit.no_class'),
          })}
        </b>
        <span class="soft">
          {t('start.summary', {
            protocol: protocol?.document.title ?? t('start.no_protocol_short'),
            visible_to: t('visit.visible_to', { teacher }),
          })}
        </span>
      </p>
      <button
        type="button"
        class="button primary big"
        disabled={!payload || saving.is_busy}
        onClick={begin}
      >
        {t('start.begin')}
      </button>
    </footer>
  );
}
