import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writePrecache } from '../../pwa/build/precache.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'noticing-precache-'));
  mkdirSync(join(folder, 'assets'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function build(...assets: string[]): void {
  for (const file of ['index.html', 'sw.js', ...assets]) writeFileSync(join(folder, file), file);
  writePrecache(folder, ['index.html', 'sw.js', ...assets]);
}

function listed(): string[] {
  const code = readFileSync(join(folder, 'sw.js'), 'utf8');
  const list = /__PRECACHE__=(.*);/.exec(code)?.[1] ?? '[]';
  return (JSON.parse(list) as [string, string][]).map(([path]) => path);
}

test('the worker keeps what its own build made; what an earlier build made stays on the server, unlisted', () => {
  build('assets/app-old.js');
  build('assets/app-new.js');
  expect(listed()).toEqual(['assets/app-new.js', '']);
  expect(readFileSync(join(folder, 'assets/app-old.js'), 'utf8')).toBe('assets/app-old.js');
});

test('building the same again gives the same worker, whatever lies beside it', () => {
  build('assets/app.js');
  const before = readFileSync(join(folder, 'sw.js'), 'utf8');
  writeFileSync(join(folder, 'assets/app-older.js'), 'older');
  build('assets/app.js');
  expect(readFileSync(join(folder, 'sw.js'), 'utf8')).toBe(before);
});
