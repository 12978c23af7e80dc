import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../pwa/src/', import.meta.url));
const read = (file: string) => readFileSync(`${SOURCES}${file}`, 'utf8');
const files = (ending: string) =>
  ['ui', 'home', 'capture', 'review'].flatMap((room) =>
    readdirSync(`${SOURCES}${room}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith(ending))
      .map((file) => `${room}/${file}`),
  );

type Tokens = Record<string, string>;

function tokensIn(css: string, opening: string): Tokens {
  const at = css.indexOf(opening);
  if (at < 0) throw new Error(`no ${opening}`);
  const block = css.slice(at, css.indexOf('}', at));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/g)].map((found) => [found[1], found[2]]),
  );
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

/** What stands on what, on the screens, pages and PDF. */
const TEXT: [string, string[]][] = [
  ['ink', ['paper', 'card', 'sunk', 'accent-wash', 'warm-wash']],
  ['ink-soft', ['paper', 'card', 'sunk', 'accent-wash', 'warm-wash']],
  ['ink-faint', ['paper', 'card', 'accent-wash']],
  ['accent', ['paper', 'card', 'accent-wash']],
  ['accent-ink', ['accent']],
  ['warm', ['paper', 'card', 'warm-wash']],
  ['warm-ink', ['warm']],
];
const CONTROLS: [string, string[]][] = [
  ['edge', ['paper', 'card', 'sunk', 'warm-wash', 'accent-wash']],
  ['accent', ['paper', 'card', 'accent-wash']],
  ['accent-edge', ['paper', 'card', 'accent-wash']],
  ['warm-edge', ['warm-wash', 'card']],
  ['focus', ['paper', 'card', 'warm-wash']],
];

function tooFaint(tokens: Tokens): string[] {
  const judge = (pairs: [string, string[]][], least: number) =>
    pairs.flatMap(([front, backs]) =>
      backs
        .map((back) => ({
          front,
          back,
          ratio: contrast(tokens[front] as string, tokens[back] as string),
        }))
        .filter(({ ratio }) => !(ratio >= least))
        .map(({ front, back, ratio }) => `${front} on ${back}: ${ratio.toFixed(2)} of ${least}`),
    );
  return [...judge(TEXT, 4.5), ...judge(CONTROLS, 3)];
}

describe('colours', () => {
  const css = read('ui/tokens.css');
  const themes: Record<string, Tokens> = {
    light: tokensIn(css, ':root {'),
    'dark by the device': tokensIn(css, ':root:not([data-theme]) {'),
    dark: tokensIn(css, ':root[data-theme="dark"] {'),
    dim: tokensIn(css, ':root[data-theme="dim"] {'),
  };

  for (const [name, tokens] of Object.entries(themes)) {
    test(`${name}: text has 4.5 to 1, controls 3 to 1`, () => {
      expect(tooFaint(tokens)).toEqual([]);
    });

    test(`${name}: says every colour that light says`, () => {
      expect(Object.keys(tokens).sort()).toEqual(Object.keys(themes.light ?? {}).sort());
    });
  }

  test('both dark themes are one', () => {
    expect(themes.dark).toEqual(themes['dark by the device']);
  });

  test('a faint colour would be found', () => {
    expect(tooFaint({ ...themes.light, 'ink-soft': '#bbbbbb' })).not.toEqual([]);
  });

  test('colours stand in the tokens only', () => {
    const coloured = files('.css')
      .filter((file) => file !== 'ui/tokens.css')
      .filter((file) => /#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/i.test(read(file)));
    expect(coloured).toEqual([]);
  });
});

const PHYSICAL = new RegExp(
  [
    '(?:margin|padding|border|scroll-margin)-(?:left|right|top|bottom)',
    String.raw`(?:^|[\s;{])(?:left|right|top|bottom|width|height|min-width|min-height|max-height)\s*:`,
    '(?:text-align|float|clear)\\s*:\\s*(?:left|right)',
  ].join('|'),
);

describe('layout', () => {
  test('works from right to left: logical properties only', () => {
    expect(files('.css').filter((file) => PHYSICAL.test(read(file)))).toEqual([]);
  });

  test('a physical property would be found', () => {
    for (const rule of [
      'a { margin-left: 1px }',
      'a {\n  width: 2px;\n}',
      'a { text-align: right }',
    ]) {
      expect(PHYSICAL.test(rule), rule).toBe(true);
    }
    expect(PHYSICAL.test('@media (max-width: 700px) { a { inline-size: 2px } }')).toBe(false);
  });

  test('no style stands in an element: the page forbids it', () => {
    expect(files('.tsx').filter((file) => /\sstyle=/.test(read(file)))).toEqual([]);
  });

  test('targets are as large as a thumb', () => {
    const css = read('ui/tokens.css');
    expect(Number(/--tap:\s*(\d+)px/.exec(css)?.[1])).toBeGreaterThanOrEqual(48);
    expect(Number(/--tap-big:\s*(\d+)px/.exec(css)?.[1])).toBeGreaterThanOrEqual(64);
  });
});
