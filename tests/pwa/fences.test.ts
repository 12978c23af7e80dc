import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** A room imports only from the rooms in its line; data flows down the steps of the journey. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  protocol: [],
  machine: [],
  vault: ['machine'],
  journal: ['machine'],
  entry: [],
  observation: ['protocol', 'entry'],
  log: ['entry', 'machine', 'journal', 'vault'],
  sync: ['entry', 'log', 'machine', 'vault'],
  visits: ['protocol', 'entry', 'observation', 'log', 'sync', 'vault'],
  ui: ['vault', 'protocol', 'entry', 'observation', 'log', 'sync', 'visits'],
  picture: [],
  capture: ['picture', 'protocol', 'entry', 'observation', 'log', 'sync', 'visits', 'ui'],
  home: ['vault', 'protocol', 'entry', 'observation', 'log', 'sync', 'visits', 'ui'],
  review: ['protocol', 'entry', 'observation', 'log', 'sync', 'visits', 'ui'],
  pages: ['sync'],
  sw: [],
};
const SCREENS = ['visits', 'ui', 'capture', 'home', 'review'];
/** What screens may ask of sync: how sending goes, and whose tablet it is. */
const SYNC_FOR_SCREENS = [
  'sync/sync.ts',
  'sync/status.ts',
  'sync/session.ts',
  'sync/sign_in.ts',
  'sync/sign_out.ts',
  'sync/hold_pages.ts',
  'sync/page_touch.ts',
  'sync/worker.ts',
];

let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'noticing-fences-'));
  const is_source = (path: string) => !path.includes('/pwa/dist');
  cpSync(join(ROOT, 'pwa'), join(copy, 'pwa'), { recursive: true, filter: is_source });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});

afterAll(() => rmSync(copy, { recursive: true }));

/** What the compiler says about one room and the rooms it refers to; "" when it is content. */
function build(room: string): string {
  try {
    const given = ['--build', `pwa/tsconfig.${room}.json`];
    execFileSync(process.execPath, [TSC, ...given], { cwd: copy, encoding: 'utf8' });
    return '';
  } catch (failure) {
    return String((failure as { stdout: string }).stdout);
  }
}

function plant(room: string, code: string): string {
  const file = join(copy, 'pwa/src', room, 'planted.ts');
  writeFileSync(file, `${code}\n`);
  try {
    return build(room);
  } finally {
    rmSync(file);
  }
}

test.each(['observation', 'sync', 'sw'])('the room %s stands within its fences', (room) => {
  expect(build(room)).toBe('');
});

test.each([
  ['protocol', '../entry/entry.ts', 'EntryDraft'],
  ['entry', '../log/log.ts', 'DeviceLog'],
  ['observation', '../log/log.ts', 'DeviceLog'],
  ['log', '../sync/sync.ts', 'SyncStatus'],
  ['log', '../observation/view.ts', 'ObservationView'],
  ['sync', '../observation/view.ts', 'ObservationView'],
  ['sync', '../visits/device.ts', 'Device'],
  ['visits', '../ui/routes.ts', 'Route'],
  ['sw', '../log/log.ts', 'DeviceLog'],
])('the compiler is red when %s imports %s', (room, path, name) => {
  const said = plant(
    room,
    `import type { ${name} } from '${path}';\nexport type Planted = ${name};`,
  );
  expect(said).toContain(`error TS6307`);
  expect(said).toContain(path.replace('../', ''));
});

test.each([
  ['protocol', 'export const planted = window.location;', 'window'],
  ['entry', "export const planted = indexedDB.open('x');", 'indexedDB'],
  ['observation', 'export const planted = document.body;', 'document'],
  ['observation', "export const planted = fetch('/');", 'fetch'],
  ['sw', 'export const planted = document.body;', 'document'],
])('the compiler is red when %s uses what a pure room has not: %s', (room, code, name) => {
  expect(plant(room, code)).toContain(`Cannot find name '${name}'`);
});

test('the compiler sees the files of every room', () => {
  for (const room of Object.keys(MAY_IMPORT)) {
    const given = ['--project', `pwa/tsconfig.${room}.json`, '--listFilesOnly'];
    const listed = execFileSync(process.execPath, [TSC, ...given], { cwd: copy, encoding: 'utf8' });
    const own = listed.split('\n').filter((path) => path.includes(`/pwa/src/${room}/`));
    expect(own.length, room).toBeGreaterThan(0);
  }
});

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Imports between rooms, as "room/file" to "room/file". */
function readImports(file: string, text: string): Import[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g);
  return [...found].map(([, path = '']) => ({
    from: file,
    to: normalize(join(dirname(file), path)),
  }));
}

function findViolations(imports: readonly Import[]): string[] {
  return imports.filter((one) => !is_allowed(one)).map(({ from, to }) => `${from} imports ${to}`);
}

function is_allowed({ from, to }: Import): boolean {
  const [room = '', target = ''] = [from.split('/')[0], to.split('/')[0]];
  const is_code = to.endsWith('.ts') || to.endsWith('.tsx');
  // app.tsx hangs the screens up; nobody imports what stands above the rooms.
  if (!from.includes('/') || !is_code) return true;
  if (SCREENS.includes(room) && target === 'sync') return SYNC_FOR_SCREENS.includes(to);
  return target === room || (MAY_IMPORT[room] ?? []).includes(target);
}

function readAllImports(): Import[] {
  const src = join(ROOT, 'pwa/src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) => readImports(file, readFileSync(join(src, file), 'utf8')));
}

test('every import between rooms is one that the table allows', () => {
  const imports = readAllImports();
  expect(imports.length).toBeGreaterThan(50);
  expect(new Set(imports.map((one) => one.from.split('/')[0]))).toContain('capture');
  expect(findViolations(imports)).toEqual([]);
});

test.each([
  ['home/today.tsx', "import { pushEntries } from '../sync/push.ts';"],
  ['home/today.tsx', "import { finish } from '../capture/finish.ts';"],
  ['capture/tally/pad.tsx', "import { mountApp } from '../../app.tsx';"],
  ['ui/button.tsx', "export { TodayScreen } from '../home/today_screen.tsx';"],
  ['log/open.ts', "const late = await import('../sync/sync.ts');"],
])('an import that the table forbids is found in %s', (file, code) => {
  expect(findViolations(readImports(file, code))).toHaveLength(1);
});

/** Every way through the files that ends where it began, one for each file that closes it. */
function findCircles(imports: readonly Import[]): string[] {
  const further = new Map<string, string[]>();
  for (const { from, to } of imports) further.set(from, [...(further.get(from) ?? []), to]);
  const finished = new Set<string>();
  const circles: string[] = [];
  const follow = (file: string, way: readonly string[]) => {
    if (way.includes(file)) {
      circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
      return;
    }
    if (finished.has(file)) return;
    for (const next of further.get(file) ?? []) follow(next, [...way, file]);
    finished.add(file);
  };
  for (const file of further.keys()) follow(file, []);
  return circles;
}

test('no file imports itself by way of others, not even for a type', () => {
  expect(findCircles(readAllImports())).toEqual([]);
});

test('a circle within a room is found', () => {
  const planted = [
    ...readImports('home/today.tsx', "import { Row } from './row.tsx';"),
    ...readImports('home/row.tsx', "import { t } from '../ui/words.ts';\nimport './list.tsx';"),
    ...readImports('home/list.tsx', "import type { Today } from './today.tsx';"),
  ];
  expect(findCircles(planted)).toEqual([
    'home/today.tsx -> home/row.tsx -> home/list.tsx -> home/today.tsx',
  ]);
});
