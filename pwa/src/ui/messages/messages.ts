import { IntlMessageFormat } from 'intl-messageformat';
import type { ComponentChildren } from 'preact';
import { h } from 'preact';
import catalogue from './en.json';

export type MessageKey = keyof typeof catalogue;
export type MessageValues = Record<string, string | number | null>;

const LANGUAGE = 'en';

/** Day before month, as on the teacher's page and PDF. */
export const DATE_LOCALE = 'en-GB';

const compiled = new Map<MessageKey, IntlMessageFormat>();

function compile(key: MessageKey): IntlMessageFormat {
  const known = compiled.get(key);
  if (known) return known;
  const made = new IntlMessageFormat(catalogue[key], LANGUAGE);
  compiled.set(key, made);
  return made;
}

/** The sentence for a key, in the language of the app. */
export function t(key: MessageKey, values?: MessageValues): string {
  return String(compile(key).format(values));
}

/** As t(), for sentences with a part in bold: `<b>…</b>` in the catalogue. */
export function rich(key: MessageKey, values?: MessageValues): ComponentChildren {
  const bold = (parts: unknown[]) => h('b', null, parts.map(String).join(''));
  return compile(key).format<ComponentChildren>({ ...values, b: bold }) as ComponentChildren;
}
