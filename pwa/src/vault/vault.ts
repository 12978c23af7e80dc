import type { Kept, SealedKey } from '../machine/effect.ts';
import type { Bytes } from './key_store.ts';
import type { OrganisationKey } from './sealed_key.ts';

/**
 * open: reads and seals. locked: the PIN opens it. ended: nothing on this tablet opens it any more (signed out,
 * five wrong PINs, or its keys were lost). unencrypted: this browser cannot encrypt; capture goes on in the clear.
 */
export type VaultState = 'open' | 'locked' | 'ended' | 'unencrypted';

/** Nothing is sealed here any more: the app was opened anew and waits for the PIN, or a new profile must begin. */
export class VaultShut extends Error {
  override readonly name = 'VaultShut';
}

/**
 * The key of one profile: one log's database with its streams. Everything in that database is sealed with it.
 *
 * It lies on the disk twice: wrapped for reading, and sealed to the organisation's public key. Without the
 * first, the bodies are still delivered as they lie, with the second. So no PIN can be set, and no reading key
 * destroyed, before the second exists; it then costs the local view, never a tap.
 *
 * When a vault has ended, the account goes on in a NEW profile: another database, another KeyStore, another
 * vault, another stream, which the old stream's key may enrol. The old log is kept beside it, delivers in the
 * background as another account's does, and is deleted when everything in it may be forgotten. What it delivered
 * comes back into the new profile from the server. Begin it when the server has confirmed the session
 * (password), or offline as well: it is empty, so whoever begins it learns nothing.
 */
export interface Vault {
  readonly state: VaultState;
  readonly has_pin: boolean;
  readonly tries_left: number;
  /**
   * Goes on after a lock or an end in a tab that was open before, so that what is on its way to the disk gets
   * there and an open visit can be finished. Rejects with VaultShut where the key is not in this tab's memory.
   */
  seal(texts: readonly string[]): Promise<Kept[]>;
  /**
   * null: damaged, or nobody can read it any more, here or on the server. `locked`: not here and now, but the
   * organisation can.
   */
  open(kept: readonly Kept[]): Promise<(string | null)[] | 'locked'>;
  /** A photo. null: this browser cannot encrypt, keep it as it is. */
  sealBytes(plain: Bytes): Promise<Bytes | null>;
  /** null: damaged. While the vault is locked a photo is delivered as it lies. */
  openBytes(sealed: Bytes): Promise<Bytes | null | 'locked'>;
  /** Sets or changes it. not_sealed: the organisation's key is not known yet. shut: only an open vault can. */
  setPin(pin: string): Promise<'set' | 'not_sealed' | 'shut'>;
  removePin(): Promise<void>;
  /** False where there is no PIN to open it again. Ends it where another tab has signed out. */
  lock(): Promise<boolean>;
  /** After the fifth wrong PIN in a row the vault has ended. */
  unlock(pin: string): Promise<'open' | 'wrong' | 'ended'>;
  /** Signing out, or reading was ended by the server. False: not sealed to the organisation yet, so it stays. */
  forgetReading(): Promise<boolean>;
  /** With every enrolment and hello; does nothing where it is sealed to this key already, or not open. */
  sealTo(key: OrganisationKey): Promise<void>;
  sealedKey(): Promise<SealedKey | null>;
  /**
   * Writes its keys again where the site's data were cleared under the open app. False: what is sealed here could
   * not be read after a restart.
   */
  keepKeys(): Promise<boolean>;
  /** Called when state, PIN or tries have changed. Gives the way to stop. */
  subscribe(listener: () => void): () => void;
}
