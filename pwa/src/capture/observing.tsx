import { useCallback, useMemo, useState } from 'preact/hooks';
import { kindOf } from '../entry/kinds.ts';
import type { Item } from '../protocol/protocol.ts';
import { announce } from '../ui/announcer.tsx';
import { t } from '../ui/messages/messages.ts';
import { VisitDetails } from '../ui/visit_details.tsx';
import type { Visit, VisitDraft } from '../visits/visit.ts';
import { CaptureFoot } from './capture_foot.tsx';
import { CaptureHead } from './capture_head.tsx';
import { columnsOf, scriptItem } from './columns.ts';
import { useDimmedTheme } from './dimmed.ts';
import { vibrate } from './feel.ts';
import { FinishDialog } from './finish_dialog.tsx';
import { ItemDialog } from './item_dialog.tsx';
import { registerOf, statesByItem } from './marks.ts';
import { savedText } from './said.ts';
import type { HalfLineOnScreen } from './script/half_line.ts';
import { Heard } from './script/heard.tsx';
import { SectionList } from './section_list.tsx';
import { SittingContext, studentsToSweep } from './sitting.ts';
import { useWakeLock } from './wake_lock.ts';

type Open = { what: 'item'; item: Item } | { what: 'finish' } | { what: 'details' } | null;

interface Props {
  visit: Visit;
  half_line: HalfLineOnScreen;
}

export function Observing({ visit, half_line }: Props) {
  const [open, setOpen] = useState<Open>(null);
  const view = visit.view.value;
  const protocol = visit.protocol.value;
  const columns = useMemo(() => protocol && columnsOf(protocol), [protocol]);
  const started = visit.entries.value.find(
    (one) => one.entry.kind === 'observation.started',
  )?.entry;
  const started_at = view.started_at ?? '';
  const script_key = scriptItem(protocol)?.key ?? null;
  useWakeLock();
  useDimmedTheme();

  const record = useCallback((draft: VisitDraft) => recordIn(visit, draft), [visit]);
  const explain = useCallback((item: Item) => setOpen({ what: 'item', item }), []);
  const students_present = studentsToSweep(view.context);
  const sitting = useMemo(() => {
    const askStudents = () => setOpen({ what: 'details' });
    return { visit, started, students_present, askStudents };
  }, [visit, started, students_present]);
  const states = statesByItem(visit.entries.value, view.retracted);
  const lists = { visit, states, started_at, record, explain };
  const heard = (
    <Heard timeline={view.timeline} entries={visit.entries.value} started_at={started_at} />
  );
  return (
    <SittingContext.Provider value={sitting}>
      <div class="capture">
        <CaptureHead
          visit={visit}
          started={started}
          onDetails={() => setOpen({ what: 'details' })}
          onFinish={() => setOpen({ what: 'finish' })}
        />
        <main class={columns?.right.length ? 'capture-main' : 'capture-main single'}>
          <div class="capture-left">
            {visit.is_withdrawn.value && (
              <p class="notice" role="status">
                {t('withdrawn.under_way')}
              </p>
            )}
            {protocol === null && <p class="notice">{t('capture.no_protocol')}</p>}
            {columns && <SectionList sections={columns.left} {...lists} />}
            {columns?.heard !== 'right' && heard}
          </div>
          {columns && columns.right.length > 0 && (
            <div class="capture-right">
              <SectionList sections={columns.right} {...lists} />
              {columns.heard === 'right' && heard}
            </div>
          )}
        </main>
        <CaptureFoot visit={visit} half_line={half_line} item_key={script_key} record={record} />
      </div>
      {open?.what === 'item' && (
        <ItemDialog item={open.item} visit={visit} record={record} onClose={() => setOpen(null)} />
      )}
      {open?.what === 'finish' && (
        <FinishDialog
          visit={visit}
          half_line={half_line}
          script_key={script_key}
          onClose={() => setOpen(null)}
        />
      )}
      {open?.what === 'details' && <VisitDetails visit={visit} onClose={() => setOpen(null)} />}
    </SittingContext.Provider>
  );
}

function recordIn(visit: Visit, draft: VisitDraft): void {
  const { made, saved } = visit.record(withShownVersions(draft, visit));
  vibrate();
  void saved.then((is_saved) => {
    const entry = made[0]?.entry;
    const text = is_saved && entry && savedText(entry, visit.protocol.value);
    if (text) announce(text);
  });
}

/** A second answer may come before the first one was drawn: it replaces that one too. */
function withShownVersions(draft: VisitDraft, visit: Visit): VisitDraft {
  if (!kindOf(draft.kind)?.is_register || !draft.item_key) return draft;
  return { ...draft, replaces: registerOf(visit.view.value.items[draft.item_key]).replaces };
}
