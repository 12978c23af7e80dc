import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';

/** Writes the list of everything that was built, and an id of the whole, in front of sw.js. */
export function listPrecache(): Plugin {
  return {
    name: 'noticing-precache',
    apply: 'build',
    writeBundle: {
      order: 'post',
      sequential: true,
      handler({ dir: folder }) {
        if (!folder) throw new Error('the build has no folder');
        const files = listFiles(folder).filter((path) => path !== 'sw.js');
        const precache = files.map((path) => {
          const digest = createHash('sha256').update(readFileSync(join(folder, path)));
          // The shell is what every address within /app/ opens.
          return [path === 'index.html' ? '' : path, `sha256-${digest.digest('base64')}`];
        });
        const list = JSON.stringify(precache);
        const sw = join(folder, 'sw.js');
        const code = readFileSync(sw, 'utf8');
        const build_id = createHash('sha256').update(list).update(code).digest('hex').slice(0, 12);
        const head = `const __BUILD_ID__="${build_id}",__PRECACHE__=${list};\n`;
        writeFileSync(sw, head + code);
      },
    },
  };
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => relative(folder, join(found.parentPath, found.name)))
    .sort();
}
