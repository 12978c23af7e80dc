import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { listPrecache } from './build/precache.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The tablet app, complete: the service worker keeps all of it. */
export default defineConfig({
  root: here('.'),
  base: '/app/',
  publicDir: here('public'),
  define: { __APP_VERSION__: JSON.stringify(readVersion()) },
  oxc: { jsx: { importSource: 'preact' } },
  build: {
    outDir: here('../server/noticing/web/static/built/app'),
    // A tablet that still runs an earlier build may ask for its hashed assets: they stay.
    emptyOutDir: false,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { app: here('index.html'), sw: here('src/sw/sw.ts') },
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  plugins: [listPrecache()],
});

/** The project's, unless a build is to be told from another of the same version. */
function readVersion(): string {
  if (process.env.NOTICING_APP_VERSION) return process.env.NOTICING_APP_VERSION;
  const project = readFileSync(here('../pyproject.toml'), 'utf8');
  return /^version\s*=\s*"([^"]+)"/m.exec(project)?.[1] ?? '0';
}
