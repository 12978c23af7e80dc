import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRecords, writeRecords } from '../../pwa/src/journal/record.ts';
import type { JournalRecord } from '../../pwa/src/machine/effect.ts';

const record: fc.Arbitrary<JournalRecord> = fc.record({
  entry_id: fc.uuid(),
  subject_id: fc.uuid(),
  hash: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
  at: fc.integer({ min: 0 }),
  body: fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
  ),
});

test('what was written is read again, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(record), (records) => {
      expect(readRecords(writeRecords(records))).toEqual(records);
    }),
  );
});

test('a torn end takes nothing with it that was whole before', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1 }), record, fc.nat(), (whole, last, cut) => {
      const before = writeRecords(whole);
      const torn = writeRecords([last]);
      const bytes = new Uint8Array([...before, ...torn.subarray(0, cut % torn.length)]);
      expect(readRecords(bytes)).toEqual(whole);
    }),
  );
});

test('a record with a wrong byte is not taken for an entry, nor what follows it', () => {
  fc.assert(
    fc.property(record, record, fc.nat(), (first, second, at) => {
      const bytes = writeRecords([first, second]);
      const end = writeRecords([first]).length;
      const place = end + 4 + (at % (bytes.length - end - 4));
      bytes[place] = (bytes[place] as number) ^ 0xff;
      expect(readRecords(bytes)).toEqual([first]);
    }),
  );
});
