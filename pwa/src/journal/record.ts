import type { JournalRecord, Kept } from '../machine/effect.ts';

/**
 * Records one after another: length (4 bytes, little-endian), CRC-32 of what follows (4 bytes), then a head of
 * JSON, a zero byte, and the body. A torn end, as after a power cut, ends the reading; nothing before it is lost.
 */
export function writeRecords(records: readonly JournalRecord[]): Uint8Array<ArrayBuffer> {
  const parts = records.map(writeRecord);
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const HEAD_BYTES = 8;
const utf8 = new TextEncoder();

function writeRecord({ body, ...head }: JournalRecord): Uint8Array<ArrayBuffer> {
  const is_sealed = typeof body !== 'string';
  const front = utf8.encode(JSON.stringify({ ...head, is_sealed }));
  const back = is_sealed ? body : utf8.encode(body);
  const length = front.length + 1 + back.length;
  const record = new Uint8Array(HEAD_BYTES + length);
  record.set(front, HEAD_BYTES);
  record.set(back, HEAD_BYTES + front.length + 1);
  const view = new DataView(record.buffer);
  view.setUint32(0, length, true);
  view.setUint32(4, crc32(record.subarray(HEAD_BYTES)), true);
  return record;
}

export function readRecords(bytes: Uint8Array<ArrayBuffer>): JournalRecord[] {
  const records: JournalRecord[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + HEAD_BYTES <= bytes.length) {
    const length = view.getUint32(at, true);
    const content = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
    if (content.length < length || crc32(content) !== view.getUint32(at + 4, true)) break;
    records.push(readRecord(content));
    at += HEAD_BYTES + length;
  }
  return records;
}

function readRecord(content: Uint8Array<ArrayBuffer>): JournalRecord {
  const end = content.indexOf(0);
  const { is_sealed, ...head } = JSON.parse(new TextDecoder().decode(content.subarray(0, end)));
  const back = content.slice(end + 1);
  const body: Kept = is_sealed ? back : new TextDecoder().decode(back);
  return { ...head, body };
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let rest = index;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (TABLE[(sum ^ byte) & 0xff] as number) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
