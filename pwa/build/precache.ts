import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';
import { pruneAssets } from './old_assets.ts';

/** Writes the list of what THIS build made, and an id of the whole, in front of sw.js. */
export function listPrecache(): Plugin {
  let public_folder = '';
  return {
    name: 'noticing-precache',
    apply: 'build',
    configResolved(config) {
      public_folder = config.publicDir;
    },
    writeBundle: {
      order: 'post',
      sequential: true,
      handler({ dir: folder }, bundle) {
        if (!folder) throw new Error('the build has no folder');
        const built = [...Object.keys(bundle), ...listFiles(public_folder)];
        writePrecache(folder, built);
        pruneAssets(folder, built);
      },
    },
  };
}

/** The assets of earlier builds stay beside these, for tablets that still run them; they are not listed. */
export function writePrecache(folder: string, built: readonly string[]): void {
  const files = [...new Set(built)].filter((path) => path !== 'sw.js').sort();
  const precache = files.map((path) => {
    const digest = createHash('sha256').update(readFileSync(join(folder, path)));
    // The shell is what every address within /app/ opens.
    return [path === 'index.html' ? '' : path, `sha256-${digest.digest('base64')}`];
  });
  const list = JSON.stringify(precache);
  const sw = join(folder, 'sw.js');
  const code = readFileSync(sw, 'utf8');
  const build_id = createHash('sha256').update(list).update(code).digest('hex').slice(0, 12);
  writeFileSync(sw, `const __BUILD_ID__="${build_id}",__PRECACHE__=${list};\n${code}`);
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => relative(folder, join(found.parentPath, found.name)));
}
