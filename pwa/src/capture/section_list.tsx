import { useMemo } from 'preact/hooks';
import type { Item, Section } from '../protocol/protocol.ts';
import { t } from '../ui/messages/messages.ts';
import type { MarkState } from '../visits/mark_state.ts';
import type { Visit, VisitDraft } from '../visits/visit.ts';
import { ITEM_COMPONENTS } from './item_components.ts';
import type { ItemProps } from './item_props.ts';

interface Props {
  sections: Section[];
  visit: Visit;
  states: Readonly<Record<string, MarkState>>;
  started_at: string;
  record: (draft: VisitDraft) => void;
  explain: (item: Item) => void;
}

export function SectionList(props: Props) {
  const { sections, visit, states, started_at, record, explain } = props;
  const view = visit.view.value;
  const agreed = view.context?.agreed_items ?? [];
  return (
    <>
      {sections.map((section) => (
        <section key={section.key} class="capture-section">
          <h2 class="cap">
            {section.title} <em>{hintOf(section, sections)}</em>
          </h2>
          <div class={section.items.every((item) => item.type === 'tally') ? 'tallies' : 'looks'}>
            {section.items.map((item) => {
              if (item.type === 'script') return null;
              return (
                <SteadyItem
                  key={item.key}
                  item={item}
                  view={view.items[item.key]}
                  state={states[item.key] ?? null}
                  started_at={started_at}
                  is_agreed={agreed.includes(item.key)}
                  record={record}
                  explain={explain}
                />
              );
            })}
          </div>
        </section>
      ))}
    </>
  );
}

/** Drawn anew only where something of it has changed: a tap changes one of many. */
function SteadyItem(props: ItemProps) {
  const { item, view, state, started_at, is_agreed, record, explain } = props;
  const ItemComponent = ITEM_COMPONENTS[item.type as keyof typeof ITEM_COMPONENTS];
  return useMemo(
    () => <ItemComponent {...props} />,
    [item, view, state, started_at, is_agreed, record, explain],
  );
}

/** How checks are tapped is said once, above the first of them. */
function hintOf(section: Section, sections: Section[]): string {
  if (section === sections.find(has_checks)) return t('check.hint');
  const sweep = section.items.find((item) => item.type === 'sweep' && item.timing);
  const seconds = sweep?.timing?.interval_s;
  if (!seconds) return '';
  return seconds % 60 === 0
    ? t('sweep.every_min', { n: seconds / 60 })
    : t('sweep.every_s', { n: seconds });
}

function has_checks(section: Section): boolean {
  return section.items.some((item) => item.type === 'check');
}
