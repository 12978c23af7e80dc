import type { Channel, Protocol } from '../../protocol/protocol.ts';
import { t } from '../../ui/messages/messages.ts';
import { NumberField } from '../../ui/number_field.tsx';
import { purposeOf } from '../../ui/visit_names.ts';
import { useDevice } from '../../visits/device_context.ts';
import { channelsFor } from '../../visits/whom_to_observe.ts';
import { classesOf, protocolsFor, type StartChoice } from './start_choices.ts';

interface Props {
  choice: StartChoice;
  change: (changed: Partial<StartChoice>) => void;
}

export function ClassChoice({ choice, change }: Props) {
  const { directory, session } = useDevice();
  const classes = classesOf(directory.value, choice.teacher_id);
  const channels = channelsFor(directory.value, session, choice.teacher_id);
  return (
    <>
      <fieldset>
        <legend class="cap">{t('start.class')}</legend>
        <div class="options row">
          {classes.map((one) => (
            <label key={one.class_id} class="option">
              <input
                type="radio"
                name="class"
                checked={one.class_id === choice.class_id}
                onChange={() =>
                  change({ class_id: one.class_id, students_present: one.head_count })
                }
              />
              <span>
                {one.title}
                {one.room && <small>{t('start.room', { room: one.room })}</small>}
              </span>
            </label>
          ))}
          {classes.length === 0 && <p class="notice">{t('start.no_class')}</p>}
        </div>
      </fieldset>
      <div class="start-sitting">
        <NumberField
          label={t('start.students_present')}
          value={choice.students_present}
          onChange={(students_present) => change({ students_present })}
        />
        <ChannelChoice channels={channels} choice={choice} change={change} />
      </div>
    </>
  );
}

function ChannelChoice({ channels, choice, change }: Props & { channels: Channel[] }) {
  if (channels.length < 2) {
    return <span class="chip accent">{purposeOf(choice.channel)}</span>;
  }
  return (
    <fieldset>
      <legend class="cap">{t('start.channel')}</legend>
      <div class="options row">
        {channels.map((channel) => (
          <label key={channel} class="option">
            <input
              type="radio"
              name="channel"
              checked={channel === choice.channel}
              onChange={() => change({ channel })}
            />
            <span>{purposeOf(channel)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function ProtocolChoice({ choice, change }: Props) {
  const { directory } = useDevice();
  const protocols = protocolsFor(directory.value, choice.channel);
  const chosen = protocols.find((row) => row.slug === choice.protocol_slug);
  return (
    <>
      <fieldset>
        <legend class="cap">{t('start.protocol')}</legend>
        <div class="options two">
          {protocols.map(({ slug, document }) => (
            <label key={slug} class="option">
              <input
                type="radio"
                name="protocol"
                checked={slug === choice.protocol_slug}
                onChange={() => change({ protocol_slug: slug, agreed_items: [] })}
              />
              <span>
                <b>{document.title}</b>
                <small>{t('start.minutes', { n: document.minutes })}</small>
              </span>
            </label>
          ))}
        </div>
        {protocols.length === 0 && <p class="notice">{t('start.no_protocol')}</p>}
      </fieldset>
      {chosen && <AgreedItems protocol={chosen.document} choice={choice} change={change} />}
    </>
  );
}

function AgreedItems({ protocol, choice, change }: Props & { protocol: Protocol }) {
  const items = protocol.sections
    .flatMap((section) => section.items)
    .filter((item) => item.type !== 'script');
  const agreed = choice.agreed_items;
  const toggle = (key: string) =>
    change({
      agreed_items: agreed.includes(key) ? agreed.filter((one) => one !== key) : [...agreed, key],
    });
  return (
    <fieldset>
      <legend class="cap">{t('start.agreed')}</legend>
      <div class="options two">
        {items.map((item) => (
          <label key={item.key} class="option slim">
            <input
              type="checkbox"
              checked={agreed.includes(item.key)}
              onChange={() => toggle(item.key)}
            />
            <span>{item.prompt}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
