import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findItem, ITEM_TYPES, itemsOf, type Protocol } from '../../pwa/src/protocol/protocol.ts';

const read = <T>(path: string): T =>
  JSON.parse(readFileSync(new URL(`../../protocols/${path}`, import.meta.url), 'utf-8')) as T;
const lesson = read<Protocol>('lesson-clarity/1.0.0.json');

test('the tablet knows exactly the item types that a protocol may use', () => {
  interface Schema {
    $defs: { item: { properties: { type: { enum: string[] } } } };
  }
  const schema = read<Schema>('protocol.schema.json');
  expect([...ITEM_TYPES]).toEqual(schema.$defs.item.properties.type.enum);
});

test('items are found by key across sections, in the order of the protocol', () => {
  expect(findItem(lesson, 'check_before_release')?.type).toBe('check');
  expect(findItem(lesson, 'nothing')).toBeNull();
  expect(findItem(lesson, null)).toBeNull();
  expect(findItem(null, 'goal_visible')).toBeNull();
  expect(
    itemsOf(lesson)
      .map((item) => item.key)
      .slice(0, 2),
  ).toEqual(['goal_visible', 'goal_in_student_words']);
});
