/**
 * Small texts, each in a file of its own that keeps its name and is written in place, one after another: where one is
 * put in the place of another, a power cut may take the name with it (docs/decisions/0012-a-torn-end.md). Only a worker can.
 */
export async function writeInPlace(folder: string, texts: readonly Text[]): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const files = await root.getDirectoryHandle(folder, { create: true });
  for (const { name, text } of texts) {
    const file = await files.getFileHandle(name, { create: true });
    writeWhole(await file.createSyncAccessHandle(), new TextEncoder().encode(text));
  }
}

export interface Text {
  readonly name: string;
  readonly text: string;
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
