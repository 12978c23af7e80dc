// node build.mjs FOLDER: the bench's own scripts with the app's modules in them, one file each.
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const [folder] = process.argv.slice(2);

for (const script of ['taps.ts', 'syncing.ts']) {
  await build({
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
