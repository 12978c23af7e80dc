import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../ui/messages/messages.ts';

/** The first few of a list, so that what stands below it stays in sight, and a button for all of them. */
export function useFirst<One>(
  all: readonly One[],
  most: number,
): { shown: readonly One[]; show_all: ComponentChild } {
  const [is_whole, setWhole] = useState(false);
  if (is_whole || all.length <= most) return { shown: all, show_all: null };
  const show_all = (
    <button type="button" class="link-button" onClick={() => setWhole(true)}>
      {t('today.show_all', { n: all.length })}
    </button>
  );
  return { shown: all.slice(0, most), show_all };
}
