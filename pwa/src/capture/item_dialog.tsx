import type { Item } from '../protocol/protocol.ts';
import { Dialog } from '../ui/dialog.tsx';
import { t } from '../ui/messages/messages.ts';
import { Versions } from '../ui/versions.tsx';
import type { Visit, VisitDraft } from '../visits/visit.ts';

interface Props {
  item: Item;
  visit: Visit;
  record: (draft: VisitDraft) => void;
  onClose: () => void;
}

/** What the item means, and the marks that are rarer than a tap. */
export function ItemDialog({ item, visit, record, onClose }: Props) {
  const view = visit.view.value.items[item.key];
  const is_seen = view?.type === 'check' && view.seen > 0;
  const conflict = visit.view.value.conflicts.find((one) => one.item_key === item.key);
  const markNotSeen = () => {
    record({ kind: 'item.not_seen', item_key: item.key, payload: {} });
    onClose();
  };
  return (
    <Dialog title={item.prompt} onClose={onClose}>
      {conflict && (
        <section class="notice">
          <h3>{t('conflict.title', { n: conflict.entry_ids.length })}</h3>
          <Versions visit={visit} conflict={conflict} onChosen={onClose} />
          <p class="soft">{t('capture.two_versions')}</p>
        </section>
      )}
      {item.type === 'check' && (
        <div class="dialog-act">
          <button type="button" class="button" onClick={markNotSeen} disabled={is_seen}>
            {t('check.mark_not_seen')}
          </button>
          <p class="soft">{is_seen ? t('check.already_seen') : t('check.not_seen_text')}</p>
        </div>
      )}
      <h3>{t('item.definition')}</h3>
      <p>{item.definition}</p>
      <h3>{t('item.counts')}</h3>
      <p>{item.counts}</p>
      <h3>{t('item.does_not_count')}</h3>
      <p>{item.does_not_count}</p>
      {item.levels && (
        <>
          <h3>{t('item.levels')}</h3>
          <ul>
            {item.levels.map(({ level, label, descriptor }) => (
              <li key={level}>
                <b>{label}</b> {descriptor}
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
