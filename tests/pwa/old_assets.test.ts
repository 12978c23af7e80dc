import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pruneAssets } from '../../pwa/build/old_assets.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
let place: string;
let folder: string;
let day: number;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'noticing-assets-'));
  folder = join(place, 'app');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  day = 0;
});

afterEach(() => rmSync(place, { recursive: true }));

/** A build of today, with these assets and one file that has no hash. */
function build(...names: string[]): void {
  const now_ms = Date.UTC(2026, 0, 1) + day * DAY_MS;
  for (const name of names) {
    const file = join(folder, 'assets', name);
    writeFileSync(file, name);
    utimesSync(file, now_ms / 1000, now_ms / 1000);
  }
  pruneAssets(folder, ['index.html', ...names.map((name) => `assets/${name}`)], now_ms);
}

function is_there(name: string): boolean {
  return existsSync(join(folder, 'assets', name));
}

test('an asset of this morning stays, however often was built since', () => {
  build('morning.js');
  for (const name of ['a.js', 'b.js', 'c.js', 'd.js']) build(name);
  expect(is_there('morning.js')).toBe(true);
});

test('an asset of one of the last three builds stays, however old it is', () => {
  build('first.js');
  day = 400;
  build('second.js');
  day = 800;
  build('third.js');
  expect(is_there('first.js')).toBe(true);
});

test('an old asset of none of the last three builds goes', () => {
  build('first.js', 'letters.woff2');
  day = 91;
  for (const name of ['a.js', 'b.js', 'c.js']) build(name, 'letters.woff2');
  expect(is_there('first.js')).toBe(false);
  expect(is_there('letters.woff2')).toBe(true);
});

test('building the same again counts once', () => {
  build('first.js');
  day = 91;
  for (let n = 0; n < 5; n += 1) build('second.js');
  expect(is_there('first.js')).toBe(true);
});
