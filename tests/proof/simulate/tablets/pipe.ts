import { readSync, writeSync } from 'node:fs';

const FROM_SERVER = 0;
const TO_SERVER = 1;
const HEADER = 4;

/** The server process is gone. */
export class PipeEnded extends Error {}

/** One question, one answer, in step: the simulator stands still while the server works. */
export function ask(question: unknown): unknown {
  say(question);
  return listen();
}

export function say(thing: unknown): void {
  const text = Buffer.from(JSON.stringify(thing));
  const framed = Buffer.allocUnsafe(HEADER + text.byteLength);
  framed.writeUInt32LE(text.byteLength, 0);
  text.copy(framed, HEADER);
  for (let sent = 0; sent < framed.byteLength; ) sent += writeSync(TO_SERVER, framed, sent);
}

export function listen(): unknown {
  const size = readExactly(HEADER).readUInt32LE(0);
  return JSON.parse(readExactly(size).toString());
}

function readExactly(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let read = 0; read < size; ) {
    const count = readSync(FROM_SERVER, bytes, read, size - read, null);
    if (count === 0) throw new PipeEnded();
    read += count;
  }
  return bytes;
}
