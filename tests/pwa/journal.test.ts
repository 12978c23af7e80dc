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
      expect(readRecords(writeRecords(records))).toMatchObject({ records, damage: [] });
    }),
  );
});

test('a torn end takes nothing with it that was whole before', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1 }), record, fc.nat(), (whole, last, cut) => {
      const before = writeRecords(whole);
      const torn = writeRecords([last]);
      const bytes = new Uint8Array([...before, ...torn.subarray(0, cut % torn.length)]);
      expect(readRecords(bytes)).toEqual({ records: whole, damage: [], end: before.length });
    }),
  );
});

test('a wrong byte costs at most the record that it is in, and that is known to be damaged', () => {
  fc.assert(
    fc.property(record, record, record, fc.nat(), (first, second, third, at) => {
      const bytes = writeRecords([first, second, third]);
      const from = writeRecords([first]).length;
      const before = writeRecords([first, second]).length;
      const place = from + (at % (before - from));
      bytes[place] = (bytes[place] as number) ^ 0xff;
      const is_length = place < from + 4;
      expect(readRecords(bytes)).toMatchObject({
        records: is_length ? [first, second, third] : [first, third],
        damage: is_length ? [] : [{ from, before }],
      });
    }),
  );
});

test('a wrong byte in the last record is not taken for a torn end', () => {
  fc.assert(
    fc.property(record, record, fc.nat(), (first, last, at) => {
      const bytes = writeRecords([first, last]);
      const from = writeRecords([first]).length;
      const place = from + (at % (bytes.length - from));
      bytes[place] = (bytes[place] as number) ^ 0xff;
      const is_length = place < from + 4;
      expect(readRecords(bytes)).toMatchObject({
        records: is_length ? [first, last] : [first],
        damage: is_length ? [] : [{ from, before: bytes.length }],
      });
    }),
  );
});

test('zeros behind the records, as a power cut leaves them, are a torn end', () => {
  fc.assert(
    fc.property(fc.array(record), fc.nat({ max: 64 }), (records, zeros) => {
      const bytes = new Uint8Array([...writeRecords(records), ...new Uint8Array(zeros)]);
      expect(readRecords(bytes)).toMatchObject({ records, damage: [] });
    }),
  );
});

// Written by 0.1.0.
const OLD = { entry_id: 'one', subject_id: 'visit', hash: '00', at: 1, body: 'a mark' };
const OLD_BYTES =
  '53000000a2efc0647b22656e7472795f6964223a226f6e65222c227375626a6563745f6964223a227669736974222c' +
  '2268617368223a223030222c226174223a312c2269735f7365616c6564223a66616c73657d0061206d61726b';

test('what an earlier version wrote is read, and found again behind damage', () => {
  const bytes = Buffer.from(`990000${OLD_BYTES}`, 'hex');
  const damage = [{ from: 0, before: 3 }];
  expect(readRecords(new Uint8Array(bytes))).toMatchObject({ records: [OLD], damage });
  expect(readRecords(new Uint8Array(bytes.subarray(3)))).toMatchObject({
    records: [OLD],
    damage: [],
  });
});
