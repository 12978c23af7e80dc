import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  oxc: { jsx: { importSource: 'preact' } },
  test: { include: ['tests/pwa/**/*.test.{ts,tsx}'], environment: 'node', testTimeout: 60_000 },
});
