/** What the server takes of an entry's payload, as JSON in UTF-8. */
const PAYLOAD_BYTES = 32 * 1024;

/** In any script far below what an entry may hold, and as much as can be read at a glance. */
export const LINE_MAX = 4_000;

export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

export function fits(payload: unknown): boolean {
  return bytesOf(payload) <= PAYLOAD_BYTES;
}

/** Nothing that was typed or pasted is cut: a long text becomes several, between two words where it has any. */
export function splitText(text: string): string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (rest.length > LINE_MAX) {
    const at = endOfPiece(rest);
    pieces.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return rest ? [...pieces, rest] : pieces;
}

function endOfPiece(text: string): number {
  const gap = text.slice(0, LINE_MAX + 1).search(/\s\S*$/);
  if (gap > 0) return gap;
  const is_within_sign = /[\uD800-\uDBFF]/.test(text[LINE_MAX - 1] ?? '');
  return is_within_sign ? LINE_MAX - 1 : LINE_MAX;
}
