import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEPT_BUILDS = 3;
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;

/**
 * Hashed assets of earlier builds stay on the server: a page of one may be open on a tablet and ask for them.
 * One goes only when it is of none of the last three builds AND was not built for 90 days. Three, because an
 * installation that is updated once a year must keep what its tablets run, however old that is; 90 days, because
 * one that is built ten times a day would else pull the floor from under this morning's pages.
 */
export function pruneAssets(folder: string, built: readonly string[], now_ms = Date.now()): void {
  // Beside the folder and not in it: it is nobody's business but the build's.
  const record = join(folder, '..', 'app-builds.json');
  const builds = [built.filter(is_asset).sort(), ...readBuilds(record)];
  const last = builds.filter((build, place) => place === indexOfSame(builds, build));
  const kept = new Set(last.slice(0, KEPT_BUILDS).flat());
  writeFileSync(record, JSON.stringify(last.slice(0, KEPT_BUILDS)));
  for (const name of readdirSync(join(folder, 'assets'))) {
    const file = join(folder, 'assets', name);
    // Each build writes all its files, so this is when it was last built.
    if (!kept.has(`assets/${name}`) && now_ms - statSync(file).mtimeMs > KEPT_MS) rmSync(file);
  }
}

function is_asset(path: string): boolean {
  return path.startsWith('assets/');
}

/** The same build again counts once. */
function indexOfSame(builds: readonly string[][], build: readonly string[]): number {
  return builds.findIndex((one) => one.join() === build.join());
}

function readBuilds(record: string): string[][] {
  return existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as string[][]) : [];
}
