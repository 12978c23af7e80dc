import { Icon } from '../ui/icons.tsx';
import { lineText } from '../ui/line_text.ts';
import { t } from '../ui/messages/messages.ts';
import { UnsavedBanner } from '../ui/unsaved_banner.tsx';
import type { Visit, VisitDraft } from '../ui/visit.ts';
import { vibrate } from './feel.ts';
import { ScriptLine } from './script/script_line.tsx';
import { nextToUndo } from './undo.ts';

interface Props {
  visit: Visit;
  item_key: string | null;
  record: (draft: VisitDraft) => void;
}

/** Undo in the corner, what it takes back beside it, and the line that is always one tap away. */
export function CaptureFoot({ visit, item_key, record }: Props) {
  const view = visit.view.value;
  const target = nextToUndo(visit.entries.value, view.retracted);
  const what = target ? lineText(target, visit.protocol.value) : '';
  const undo = () => {
    if (!target) return;
    vibrate();
    visit.record({
      kind: 'entry.retracted',
      payload: { entry_id: target.entry_id, reason: 'undo' },
    });
  };
  return (
    <footer class="capture-foot">
      <div class="capture-banner">
        <UnsavedBanner visit={visit} />
      </div>
      <button type="button" class="button undo" disabled={!target} onClick={undo}>
        <Icon name="undo" />
        <span class="undo-words">
          {t('capture.undo')}
          <small>{what || t('capture.nothing_to_undo')}</small>
        </span>
      </button>
      <ScriptLine
        observation_id={visit.observation_id}
        started_at={view.started_at ?? ''}
        item_key={item_key}
        record={record}
      />
    </footer>
  );
}
