import type { Bytes } from './key_store.ts';

const MOST = 2_000;
const LONGEST = 4_096;
const NAME_BYTES = 12;

/**
 * Texts of an open vault as they were last sealed or opened, so that a screen that reads a visit once more opens
 * only what is new in it. What lies on the disk is still looked at byte for byte: what has changed is not known.
 */
export class OpenedTexts {
  readonly #known = new Map<string, { readonly sealed: Bytes; readonly text: string }>();

  find(sealed: Bytes): string | null {
    const known = this.#known.get(nameOf(sealed));
    return known && is_same(known.sealed, sealed) ? known.text : null;
  }

  keep(sealed: Bytes, text: string): void {
    if (text.length > LONGEST) return;
    this.#known.set(nameOf(sealed), { sealed, text });
    if (this.#known.size <= MOST) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  forget(): void {
    this.#known.clear();
  }
}

/** Its random beginning: no two are alike. */
function nameOf(sealed: Bytes): string {
  return String.fromCharCode(...sealed.subarray(0, NAME_BYTES));
}

function is_same(one: Bytes, other: Bytes): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}
