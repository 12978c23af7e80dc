import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));
const project = readFileSync(`${root}/pyproject.toml`, 'utf8');

/** Runs make_device.ts, which writes a fixture; it is no test. */
export default defineConfig({
  root,
  define: { __APP_VERSION__: JSON.stringify(/^version\s*=\s*"([^"]+)"/m.exec(project)?.[1]) },
  test: { include: ['tests/golden/make_device.ts'], environment: 'node', testTimeout: 60_000 },
});
