/** Where keys are kept. Values are what IndexedDB can store; every write is on the disk when it is answered. */
export interface KeyStore {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
  /** Stores `value` unless another tab was first; gives what stands. */
  putOnce(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<void>;
}

export type Bytes = Uint8Array<ArrayBuffer>;
