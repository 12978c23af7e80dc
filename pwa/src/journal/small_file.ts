export const SECOND = '.2';

/**
 * A small text in two files, one after another: whenever the power goes, one of them is whole. Both keep their names and
 * are written in place: where one is put in the place of another, a power cut may take the name with it
 * (docs/decisions/0012-a-torn-end.md). Only a worker can.
 */
export async function writeTwice(folder: string, name: string, text: string): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const files = await root.getDirectoryHandle(folder, { create: true });
  const bytes = new TextEncoder().encode(text);
  for (const one of [name, name + SECOND]) {
    const file = await files.getFileHandle(one, { create: true });
    writeWhole(await file.createSyncAccessHandle(), bytes);
  }
}

function writeWhole(handle: FileSystemSyncAccessHandle, bytes: Uint8Array<ArrayBuffer>): void {
  try {
    const written = handle.write(bytes, { at: 0 });
    if (written !== bytes.length) throw new DOMException('torn', 'QuotaExceededError');
    handle.truncate(bytes.length);
    handle.flush();
  } finally {
    handle.close();
  }
}
