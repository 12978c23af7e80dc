import type { Context } from '../observation/view.ts';
import type { Channel } from '../protocol/protocol.ts';
import { type Directory, findClass, findProtocol } from '../visits/directory.ts';
import { type MessageKey, t } from './messages/messages.ts';

const PURPOSES: Record<Channel, MessageKey> = {
  coaching: 'purpose.coaching',
  walkthrough: 'purpose.walkthrough',
};

export function purposeOf(channel: Channel | null): string {
  return t(PURPOSES[channel ?? 'coaching']);
}

export function nameOf(directory: Directory, person_id: string | null | undefined): string {
  const person = directory.people.find((one) => one.person_id === person_id);
  return person?.display_name ?? t('person.unknown');
}

type Named = Pick<
  Context,
  'observed_id' | 'class_id' | 'channel' | 'protocol_slug' | 'protocol_version'
>;

/** The words that stand for a visit on every screen. */
export function visitNames(context: Named | null, directory: Directory) {
  const teacher = nameOf(directory, context?.observed_id);
  const protocol = findProtocol(
    directory,
    context?.protocol_slug ?? null,
    context?.protocol_version ?? null,
  );
  return {
    teacher,
    class_title: findClass(directory, context?.class_id)?.title ?? t('visit.no_class'),
    purpose: purposeOf(context?.channel ?? null),
    visible_to: t('visit.visible_to', { teacher }),
    protocol_title: protocol?.document.title ?? context?.protocol_slug ?? '',
  };
}
