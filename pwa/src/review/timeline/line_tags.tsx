import type { TimelineLine } from '../../observation/view.ts';
import { t } from '../../ui/messages/messages.ts';
import type { Visit } from '../../visits/visit.ts';
import { tagsFor } from './tags_of.ts';

/** One register a line: each tap writes all its tags anew. */
export function LineTags({ line, visit }: { line: TimelineLine; visit: Visit }) {
  const options = tagsFor(line, visit.protocol.value);
  if (options.length === 0) return null;
  const toggle = (code: string) => {
    const has = line.tags.includes(code);
    const tags = options
      .map((option) => option.code)
      .filter((one) => (one === code ? !has : line.tags.includes(one)));
    visit.record({
      kind: 'entry.tagged',
      payload: { entry_id: line.entry_id, tags },
      replaces: taggingsOf(visit, line.entry_id),
    });
  };
  return (
    <fieldset class="field">
      <legend>{t('line.tags')}</legend>
      <span class="segments">
        {options.map(({ code, label }) => (
          <button
            key={code}
            type="button"
            class="segment"
            aria-pressed={line.tags.includes(code)}
            onClick={() => toggle(code)}
          >
            {label}
          </button>
        ))}
      </span>
    </fieldset>
  );
}

function taggingsOf(visit: Visit, entry_id: string): string[] {
  return visit.entries.value
    .filter(({ entry }) => entry.kind === 'entry.tagged' && entry.payload.entry_id === entry_id)
    .map(({ entry }) => entry.entry_id);
}
