/** The running hash before the first entry. */
export const EMPTY_HASH = '0'.repeat(64);

/** SHA-256 of the text's UTF-8 bytes, hex. */
export async function hashBody(body: string): Promise<string> {
  return writeHex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body)));
}

export function writeHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
