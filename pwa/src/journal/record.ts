import type { JournalRecord, Kept } from '../machine/effect.ts';

/**
 * Records one after another: length (4 bytes, little-endian), CRC-32 of what follows (4 bytes), then a head of
 * JSON, a zero byte, and the body.
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

export interface Span {
  readonly from: number;
  readonly before: number;
}

export interface Found {
  readonly records: readonly JournalRecord[];
  /** Where something lies that was a record, or several. A torn end, as after a power cut, is none. */
  readonly damage: readonly Span[];
  /** Where a torn end begins, or the end. */
  readonly end: number;
}

/** Behind a record that is damaged the next one is looked for: damage costs nothing beside it. */
export function readRecords(bytes: Uint8Array<ArrayBuffer>): Found {
  const records: JournalRecord[] = [];
  const damage: Span[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { record, before } = recordAt(bytes, at) ?? passDamage(bytes, at);
    if (record) records.push(record);
    else if (before < bytes.length || !is_torn(bytes, at)) damage.push({ from: at, before });
    else return { records, damage, end: at };
    at = before;
  }
  return { records, damage, end: bytes.length };
}

interface Passed {
  readonly record: JournalRecord | null;
  /** Where it goes on. */
  readonly before: number;
}

function recordAt(bytes: Uint8Array<ArrayBuffer>, at: number): Passed | null {
  const content = at + HEAD_BYTES;
  if (!is_head(bytes, content)) return null;
  const before = content + readNumber(bytes, at);
  if (before > bytes.length) return null;
  if (crc32(bytes.subarray(content, before)) !== readNumber(bytes, at + 4)) return null;
  const record = readRecord(bytes.subarray(content, before));
  return record && { record, before };
}

/** To the next record; where only the length of this one was hit, its CRC shows where it ends. */
function passDamage(bytes: Uint8Array<ArrayBuffer>, at: number): Passed {
  const content = at + HEAD_BYTES;
  const wanted = content <= bytes.length ? readNumber(bytes, at + 4) : null;
  let [sum, summed] = [CRC_START, content];
  for (const before of placesAfter(bytes, at)) {
    if (before > summed) {
      sum = addToCrc(sum, bytes.subarray(summed, before));
      summed = before;
      const record = endCrc(sum) === wanted ? readRecord(bytes.subarray(content, before)) : null;
      if (record) return { record, before };
    }
    if (recordAt(bytes, before)) return { record: null, before };
  }
  return { record: null, before: bytes.length };
}

/** Where another record may begin, and the end. */
function* placesAfter(bytes: Uint8Array<ArrayBuffer>, at: number): Generator<number> {
  for (let head = at + HEAD_BYTES + 1; ; head += 1) {
    head = bytes.indexOf(HEAD_BEGINS[0], head);
    if (head === -1) break;
    if (is_head(bytes, head)) yield head - HEAD_BYTES;
  }
  yield bytes.length;
}

/** What lies there at the end is shorter than it says, or was never written. */
function is_torn(bytes: Uint8Array<ArrayBuffer>, at: number): boolean {
  const content = at + HEAD_BYTES;
  if (content > bytes.length || content + readNumber(bytes, at) > bytes.length) return true;
  return bytes.subarray(at).every((byte) => byte === 0);
}

/** Each head is an object of JSON and begins like one: {" */
const HEAD_BEGINS = [0x7b, 0x22] as const;

function is_head(bytes: Uint8Array<ArrayBuffer>, at: number): boolean {
  return HEAD_BEGINS.every((byte, place) => bytes[at + place] === byte);
}

function readNumber(bytes: Uint8Array<ArrayBuffer>, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

function readRecord(content: Uint8Array<ArrayBuffer>): JournalRecord | null {
  const end = content.indexOf(0);
  let said: Omit<JournalRecord, 'body'> & { is_sealed: boolean };
  try {
    said = JSON.parse(new TextDecoder().decode(content.subarray(0, end)));
  } catch {
    return null;
  }
  const { is_sealed, ...head } = said;
  const back = content.slice(end + 1);
  const body: Kept = is_sealed ? back : new TextDecoder().decode(back);
  return { ...head, body };
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let rest = index;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

const CRC_START = 0xffffffff;

function crc32(bytes: Uint8Array): number {
  return endCrc(addToCrc(CRC_START, bytes));
}

function addToCrc(start: number, bytes: Uint8Array): number {
  let sum = start;
  for (const byte of bytes) sum = (TABLE[(sum ^ byte) & 0xff] as number) ^ (sum >>> 8);
  return sum;
}

function endCrc(sum: number): number {
  return (sum ^ 0xffffffff) >>> 0;
}
