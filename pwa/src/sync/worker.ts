const KEY = 'noticing-worker';

/** Who took a shared tablet last, by her own choice; a sign-in on a page counts for more. */
export function chooseWorker(person_id: string): void {
  globalThis.localStorage?.setItem(KEY, person_id);
}

export function chosenWorker(): string | null {
  return globalThis.localStorage?.getItem(KEY) ?? null;
}

export function forgetWorker(): void {
  globalThis.localStorage?.removeItem(KEY);
}
