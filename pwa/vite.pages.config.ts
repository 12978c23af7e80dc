import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the server's own pages load; Flask finds the hashed names in manifest.json. */
export default defineConfig({
  root: here('..'),
  base: '/static/built/pages/',
  publicDir: false,
  build: {
    outDir: here('../server/noticing/web/static/built/pages'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: 'manifest.json',
    rolldownOptions: {
      input: { pages: here('src/pages/pages.ts') },
      // htmx's only eval is switched off in pages.ts.
      checks: { eval: false },
    },
  },
});
