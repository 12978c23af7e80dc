import { announce } from '../ui/announcer.tsx';
import { Icon } from '../ui/icons.tsx';
import { lineText } from '../ui/line_text.ts';
import { t } from '../ui/messages/messages.ts';
import { UnsavedBanner } from '../ui/unsaved_banner.tsx';
import type { Visit, VisitDraft } from '../visits/visit.ts';
import { vibrate } from './feel.ts';
import type { HalfLineOnScreen } from './script/half_line.ts';
import { ScriptLine } from './script/script_line.tsx';
import { onTap } from './tap.ts';
import { nextToUndo } from './undo.ts';

interface Props {
  visit: Visit;
  half_line: HalfLineOnScreen;
  item_key: string | null;
  record: (draft: VisitDraft) => void;
}

/** Undo in the corner, what it takes back beside it, and the line that is always one tap away. */
export function CaptureFoot({ visit, half_line, item_key, record }: Props) {
  const target = targetOf(visit);
  return (
    <footer class="capture-foot">
      <div class="capture-banner">
        <UnsavedBanner visit={visit} />
      </div>
      <button type="button" class="button undo" disabled={!target} {...onTap(() => undo(visit))}>
        <Icon name="undo" />
        <span class="undo-words">
          {t('capture.undo')}
          <small>
            {target ? lineText(target, visit.protocol.value) : t('capture.nothing_to_undo')}
          </small>
        </span>
      </button>
      <ScriptLine
        half_line={half_line}
        started_at={visit.view.value.started_at ?? ''}
        item_key={item_key}
        record={record}
      />
    </footer>
  );
}

function targetOf(visit: Visit) {
  return nextToUndo(visit.entries.value, visit.view.value.retracted);
}

/** Looks anew what is the newest mark: a second tap may come before the first one was drawn. */
function undo(visit: Visit): void {
  const target = targetOf(visit);
  if (!target) return;
  const { saved } = visit.record({
    kind: 'entry.retracted',
    payload: { entry_id: target.entry_id, reason: 'undo' },
  });
  vibrate();
  const what = lineText(target, visit.protocol.value);
  void saved.then((is_saved) => is_saved && announce(t('capture.said_taken_back', { what })));
}
