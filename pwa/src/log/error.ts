export type LogErrorCode =
  /** The tablet's storage is full. */
  | 'storage-full'
  /** There is still room for marks, and none for photos. */
  | 'no-room-for-photo'
  /** The database cannot be opened or died twice. */
  | 'storage-unavailable'
  /** The same entry_id with another content. */
  | 'entry-id-taken';

/** What a screen shows a person; `cause` is what the browser said. */
export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code: LogErrorCode;

  constructor(code: LogErrorCode, cause?: unknown) {
    super(code, { cause });
    this.code = code;
  }
}

export function nameFailure(cause: unknown): LogError {
  if (cause instanceof LogError) return cause;
  const is_full = nameOf(cause) === 'QuotaExceededError';
  return new LogError(is_full ? 'storage-full' : 'storage-unavailable', cause);
}

/** The handle may be dead (iOS, storage service restarted); another one may work. */
export function is_worth_reopening(cause: unknown): boolean {
  return ['InvalidStateError', 'UnknownError', 'AbortError', 'TimeoutError'].includes(
    nameOf(cause),
  );
}

function nameOf(cause: unknown): string {
  return cause instanceof Error || cause instanceof DOMException ? cause.name : '';
}
