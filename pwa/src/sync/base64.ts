import { writeBase64 } from '../vault/base64.ts';

export { writeBase64 };

export function writeBase64Url(bytes: Uint8Array): string {
  return writeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
