// node build.mjs FOLDER: the bench's own scripts with the app's modules in them, one file each.
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const [folder] = process.argv.slice(2);

// The log's second journal is a worker, which the app's own build puts beside the page. Here it has an address
// of its own, under which the bench lends it to the page.
const lent_worker = {
  name: 'lent-worker',
  enforce: 'pre',
  transform: (code) =>
    code.replaceAll("new URL('../journal/worker.ts', import.meta.url)", "'/bench/worker.js'"),
};
const worker = join(here, '../../../pwa/src/journal/worker.ts');

for (const script of [join(here, 'taps.ts'), join(here, 'syncing.ts'), worker]) {
  await build({
    plugins: [lent_worker],
    root: here,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    oxc: { jsx: { importSource: 'preact' } },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'es2022',
      lib: {
        entry: script,
        formats: ['iife'],
        name: 'noticing_bench',
        fileName: () => `${basename(script, '.ts')}.js`,
      },
    },
  });
}
