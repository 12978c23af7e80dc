import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { IntlMessageFormat } from 'intl-messageformat';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';
import catalogue from '../../pwa/src/ui/messages/en.json?raw';
import { type MessageKey, t } from '../../pwa/src/ui/messages/messages.ts';

const SOURCES = fileURLToPath(new URL('../../pwa/src/', import.meta.url));
const ROOMS = ['ui', 'visits', 'home', 'capture', 'review'];
const messages: Record<string, string> = JSON.parse(catalogue);

function filesOf(ending: RegExp): string[] {
  return ROOMS.flatMap((room) =>
    readdirSync(`${SOURCES}${room}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => ending.test(file))
      .map((file) => `${SOURCES}${room}/${file}`),
  );
}

interface SyntaxNode {
  type: string;
  [field: string]: unknown;
}

const SPOKEN = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label', 'aria-description']);
const has_letters = (text: unknown) => typeof text === 'string' && /\p{L}/u.test(text);

/** Words that a person would read or hear and that come from no catalogue. */
function spokenLiterals(code: string): string[] {
  const found: string[] = [];
  const visit = (node: SyntaxNode, is_spoken: boolean) => {
    if (node.type === 'JSXText' && has_letters(node.value)) found.push(String(node.value).trim());
    if (node.type === 'Literal' && is_spoken && has_letters(node.value))
      found.push(String(node.value));
    if (
      node.type === 'TemplateElement' &&
      is_spoken &&
      has_letters((node.value as { raw: string }).raw)
    ) {
      found.push((node.value as { raw: string }).raw);
    }
    for (const [field, value] of Object.entries(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (typeof child?.type === 'string') visit(child, staysSpoken(node, field, is_spoken));
      }
    }
  };
  const { program, errors } = parseSync('file.tsx', code);
  expect(errors).toEqual([]);
  visit(program as unknown as SyntaxNode, false);
  return found;
}

/** Spoken: a child of an element, or the value of an attribute that is read out; not what a call is given. */
function staysSpoken(node: SyntaxNode, field: string, is_spoken: boolean): boolean {
  switch (node.type) {
    case 'JSXElement':
    case 'JSXFragment':
      return field === 'children';
    case 'JSXAttribute':
      return SPOKEN.has((node.name as { name: string }).name) && field === 'value';
    case 'JSXExpressionContainer':
    case 'TemplateLiteral':
      return is_spoken;
    case 'ConditionalExpression':
      return is_spoken && field !== 'test';
    case 'LogicalExpression':
      return is_spoken && (field === 'right' || node.operator !== '&&');
    default:
      return false;
  }
}

describe('every sentence comes from the catalogue', () => {
  for (const file of filesOf(/\.tsx$/)) {
    test(file.slice(SOURCES.length), () => {
      expect(spokenLiterals(readFileSync(file, 'utf8'))).toEqual([]);
    });
  }

  test('a planted sentence is found, wherever it stands', () => {
    const planted = [
      'const A = () => <p>Saved</p>;',
      "const A = () => <p>{'Saved'}</p>;",
      `const A = (n) => <p>{\`Saved $\{n}\`}</p>;`,
      "const A = (is) => <p>{is ? 'Saved' : t('x')}</p>;",
      "const A = (is) => <p>{is && 'Saved'}</p>;",
      '<button aria-label="Saved" />',
      "<input placeholder={'Saved'} />",
      '<><b>{x}</b>Saved</>',
    ];
    for (const code of planted) expect(spokenLiterals(code), code).not.toEqual([]);
  });

  test('keys, classes and signs are no sentences', () => {
    const fine = `<p class="soft" data-state="dot">{t('app.name')} · {'×'}</p>`;
    expect(spokenLiterals(fine)).toEqual([]);
  });
});

describe('the catalogue', () => {
  const sources = filesOf(/\.tsx?$/)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');

  test('every message compiles', () => {
    for (const [key, message] of Object.entries(messages)) {
      expect(() => new IntlMessageFormat(message, 'en'), key).not.toThrow();
    }
  });

  test('no message is left behind that nothing says', () => {
    expect(Object.keys(messages).filter((key) => !sources.includes(`'${key}'`))).toEqual([]);
  });

  test('keys stand in order, so that two people adding one do not collide', () => {
    expect(Object.keys(messages)).toEqual([...Object.keys(messages)].sort());
  });

  test('one is not called ones', () => {
    const say = (n: number) => t('today.no_draft_line' as MessageKey, { day: 'today', n });
    expect(say(1)).toBe('Visit of today · 1 mark');
    expect(say(2)).toBe('Visit of today · 2 marks');
  });

  test('nothing judges: the words that the project does not use', () => {
    const judging = /\b(score|grade|rank|rating|unsatisfactory|great|excellent)\b/i;
    expect(Object.entries(messages).filter(([, message]) => judging.test(message))).toEqual([]);
  });
});
