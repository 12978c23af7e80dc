import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { EMPTY_HASH, extendHash, hashBody } from '../../pwa/src/log/hash.ts';
import { perform } from '../../pwa/src/machine/perform.ts';
import { writePush } from '../../pwa/src/sync/batch.ts';
import { CHANGES, ITEM } from '../../pwa/src/sync/changes.ts';
import { HELLO } from '../../pwa/src/sync/hello.ts';
import { PUSHED } from '../../pwa/src/sync/pushed.ts';
import { browserPorts, syncPort } from '../../pwa/src/sync/world.ts';
import { tap } from './tablet.ts';

// The wire is written once; pytest reads the same files.

type Found = Record<string, unknown>;

/** Every object in a golden file that has all these members, however the file nests them. */
function find(file: string, ...members: string[]): Found[] {
  const text = readFileSync(new URL(`../wire/${file}`, import.meta.url), 'utf8');
  const found: Found[] = [];
  JSON.parse(text, (_, value: unknown) => {
    if (value && typeof value === 'object' && members.every((member) => member in value)) {
      found.push(value as Found);
    }
    return value;
  });
  expect(found.length, `${members} in ${file}`).toBeGreaterThan(0);
  return found;
}

test('the tablet understands every hello of the golden file', () => {
  for (const hello of find('hello.json', 'acknowledged_through', 'versions')) {
    expect(v.safeParse(HELLO, hello).issues).toBeUndefined();
  }
});

test('the tablet understands every answer to a push', () => {
  for (const answer of find('push.json', 'acknowledged_through', 'ranges_beyond')) {
    expect(v.safeParse(PUSHED, answer).issues).toBeUndefined();
  }
});

test('the tablet understands every page of changes and every item in it', () => {
  for (const page of find('changes.json', 'cursor', 'items')) {
    expect(v.safeParse(CHANGES, page).issues).toBeUndefined();
    for (const item of page.items as unknown[]) {
      expect(v.safeParse(ITEM, item).issues, JSON.stringify(item)).toBeUndefined();
    }
  }
});

test('the tablet writes a push with the members of the golden one', async () => {
  const { port } = syncPort(browserPorts, () => undefined);
  const script = writePush({ exchange: null }, 's', 1, { bodies: [tap().body] });
  const written = JSON.parse(await perform(script, port));
  for (const golden of find('push.json', 'stream_id', 'from_seq', 'bodies')) {
    expect(Object.keys(golden)).toEqual(expect.arrayContaining(Object.keys(written)));
    const clock = (golden.clock ?? written.clock) as Found;
    expect(Object.keys(clock)).toEqual(expect.arrayContaining(Object.keys(written.clock)));
  }
});

test('the tablet reckons the running hash that the golden answers carry', () => {
  const reckoned: string[] = [];
  for (const push of find('push.json', 'from_seq', 'bodies')) {
    if (push.from_seq !== 1) continue;
    reckoned.push(extendHash(EMPTY_HASH, (push.bodies as string[]).map(hashBody)));
  }
  const told = find('push.json', 'acknowledged_hash').map((answer) => answer.acknowledged_hash);
  expect(told.some((hash) => reckoned.includes(String(hash)))).toBe(true);
});
