import type { Kept, SealedKey } from '../machine/effect.ts';
import {
  decrypt,
  encrypt,
  importSecret,
  KEY_BYTES,
  openTexts,
  randomBytes,
  sealTexts,
} from './cipher.ts';
import type { DeviceKey } from './device_key.ts';
import type { Bytes, KeyStore } from './key_store.ts';
import { OpenedTexts } from './opened.ts';
import { countTriesLeft, findPinFault, giveTriesBack, MOST_TRIES, takeTry } from './pin.ts';
import {
  beginReadingKey,
  destroyReadingKey,
  findReadingKey,
  keepReadingAgain,
  keepWithoutPin,
  keepWithPin,
  type ReadingKey,
  unwrapReadingKey,
} from './reading_key.ts';
import {
  findSealedKey,
  keepSealedAgain,
  keepSealedKey,
  type OrganisationKey,
} from './sealed_key.ts';
import { type Vault, VaultShut, type VaultState } from './vault.ts';

export async function openVault(store: KeyStore, device_key: DeviceKey): Promise<Vault> {
  const vault = new ProfileVault(store, device_key);
  await vault.begin();
  return vault;
}

class ProfileVault implements Vault {
  readonly #store: KeyStore;
  readonly #device_key: DeviceKey;
  readonly #listeners = new Set<() => void>();
  /** As they were last seen on the disk. */
  #kept: ReadingKey | null = null;
  #sealed: SealedKey | null = null;
  #secret: Bytes | null = null;
  #sealing: CryptoKey | null = null;
  #opening: CryptoKey | null = null;
  readonly #opened = new OpenedTexts();
  state: VaultState = 'locked';
  has_pin = false;
  tries_left = MOST_TRIES;

  constructor(store: KeyStore, device_key: DeviceKey) {
    this.#store = store;
    this.#device_key = device_key;
  }

  async begin(): Promise<void> {
    if (this.#device_key.kind === 'none') return this.#become('unencrypted');
    const kept = await this.#findKey();
    this.#kept = kept;
    this.#sealed = await findSealedKey(this.#store);
    this.has_pin = kept.how === 'pin';
    this.tries_left = await countTriesLeft(this.#store);
    const secret = await unwrapReadingKey(this.#device_key, kept, null);
    if (secret === 'gone') this.#become('ended');
    else if (secret === 'wrong_pin') this.#become('locked');
    else await this.#takeKey(secret);
  }

  async #findKey(): Promise<ReadingKey> {
    const kept = await findReadingKey(this.#store);
    if (kept) return kept;
    // It was lost alone. Another key would stand beside what is sealed to the organisation with the first: this
    // profile delivers with that one, and a new one begins.
    if (await findSealedKey(this.#store))
      return keepReadingAgain(this.#store, { how: 'destroyed' });
    return beginReadingKey(this.#store, this.#device_key, randomBytes(KEY_BYTES));
  }

  async seal(texts: readonly string[]): Promise<Kept[]> {
    if (this.state === 'unencrypted') return [...texts];
    if (!this.#sealing) throw new VaultShut(this.state);
    const sealed = await sealTexts(this.#sealing, texts);
    if (!this.#opening) return sealed;
    for (const [place, one] of sealed.entries()) this.#opened.keep(one, texts[place] as string);
    return sealed;
  }

  async open(kept: readonly Kept[]): Promise<(string | null)[] | 'locked'> {
    if (this.#opening) return this.#openAll(this.#opening, kept);
    if (kept.every((one) => typeof one === 'string')) return [...kept];
    const is_lost = this.state === 'ended' && !(await findSealedKey(this.#store));
    if (!is_lost) return 'locked';
    return kept.map((one) => (typeof one === 'string' ? one : null));
  }

  async #openAll(key: CryptoKey, kept: readonly Kept[]): Promise<(string | null)[]> {
    const texts = kept.map((one) => (typeof one === 'string' ? one : this.#opened.find(one)));
    const places = [...texts.keys()].filter((place) => texts[place] === null);
    if (places.length === 0) return texts;
    const sealed = places.map((place) => kept[place] as Bytes);
    const found = await openTexts(key, sealed);
    for (const [at, place] of places.entries()) {
      const text = found[at] ?? null;
      texts[place] = text;
      // Not where it was locked meanwhile.
      if (text !== null && this.#opening === key) this.#opened.keep(sealed[at] as Bytes, text);
    }
    return texts;
  }

  async sealBytes(plain: Bytes): Promise<Bytes | null> {
    if (this.state === 'unencrypted') return null;
    if (!this.#sealing) throw new VaultShut(this.state);
    return encrypt(this.#sealing, plain);
  }

  async openBytes(sealed: Bytes): Promise<Bytes | null | 'locked'> {
    return this.#opening ? decrypt(this.#opening, sealed) : 'locked';
  }

  async setPin(pin: string): Promise<'set' | 'not_sealed' | 'shut'> {
    if (findPinFault(pin)) throw new RangeError('this PIN cannot be used');
    const secret = this.#copySecret();
    if (!secret) return 'shut';
    if (!(await findSealedKey(this.#store))) return 'not_sealed';
    await keepWithPin(this.#store, this.#device_key, secret, pin);
    await this.#noteKept();
    await giveTriesBack(this.#store);
    this.has_pin = true;
    this.tries_left = MOST_TRIES;
    this.#tell();
    return 'set';
  }

  async removePin(): Promise<void> {
    const secret = this.#copySecret();
    if (!secret) return;
    await keepWithoutPin(this.#store, this.#device_key, secret);
    await this.#noteKept();
    this.has_pin = false;
    this.#tell();
  }

  async lock(): Promise<boolean> {
    // Asked of the disk: another tab may have set or removed it.
    const kept = await this.#noteKept();
    if (kept?.how === 'destroyed' && this.state === 'open') {
      this.#end();
      return true;
    }
    this.has_pin = kept?.how === 'pin';
    if (!this.has_pin || this.state !== 'open') return false;
    this.#dropOpening();
    this.#become('locked');
    return true;
  }

  async unlock(pin: string): Promise<'open' | 'wrong' | 'ended'> {
    if (this.state === 'open' || this.state === 'unencrypted') return 'open';
    const kept = await findReadingKey(this.#store);
    if (!kept || kept.how === 'destroyed') return this.#end();
    if (!(await takeTry(this.#store))) return this.#endForGood();
    const secret = await unwrapReadingKey(this.#device_key, kept, pin);
    if (secret === 'gone') return this.#end();
    if (secret !== 'wrong_pin') {
      await giveTriesBack(this.#store);
      this.tries_left = MOST_TRIES;
      await this.#takeKey(secret);
      return 'open';
    }
    this.tries_left = await countTriesLeft(this.#store);
    if (this.tries_left === 0) return this.#endForGood();
    this.#tell();
    return 'wrong';
  }

  async forgetReading(): Promise<boolean> {
    if (this.state === 'unencrypted' || !(await findSealedKey(this.#store))) return false;
    await destroyReadingKey(this.#store);
    await this.#noteKept();
    this.#end();
    return true;
  }

  async sealTo(key: OrganisationKey): Promise<void> {
    const secret = this.#copySecret();
    if (!secret || (await findSealedKey(this.#store))?.key_id === key.key_id) return;
    await keepSealedKey(this.#store, secret, key);
    this.#sealed = await findSealedKey(this.#store);
  }

  async keepKeys(): Promise<boolean> {
    if (this.state === 'unencrypted') return true;
    if (!this.#kept || !(await this.#device_key.keep())) return false;
    const stands = await keepReadingAgain(this.#store, this.#kept);
    if (!(await this.#is_own(stands))) return false;
    if (this.#sealed) await keepSealedAgain(this.#store, this.#sealed);
    return true;
  }

  /** Locked, or with a PIN of another tab, it cannot be compared. */
  async #is_own(stands: ReadingKey): Promise<boolean> {
    const secret = this.#copySecret();
    if (!secret || stands.how !== 'device') return true;
    const found = await unwrapReadingKey(this.#device_key, stands, null);
    return typeof found !== 'string' && found.every((byte, at) => byte === secret[at]);
  }

  sealedKey(): Promise<SealedKey | null> {
    return findSealedKey(this.#store);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #noteKept(): Promise<ReadingKey | undefined> {
    const kept = await findReadingKey(this.#store);
    if (kept) this.#kept = kept;
    return kept;
  }

  /** A lock that comes while it is being used empties the original. */
  #copySecret(): Bytes | null {
    return this.#secret?.slice() ?? null;
  }

  async #takeKey(secret: Bytes): Promise<void> {
    this.#secret = secret;
    this.#sealing = await importSecret(secret, ['encrypt']);
    this.#opening = await importSecret(secret, ['decrypt']);
    this.#become('open');
  }

  async #endForGood(): Promise<'ended'> {
    if (await findSealedKey(this.#store)) await destroyReadingKey(this.#store);
    await this.#noteKept();
    return this.#end();
  }

  #end(): 'ended' {
    this.#dropOpening();
    this.has_pin = false;
    this.#become('ended');
    return 'ended';
  }

  #dropOpening(): void {
    this.#secret?.fill(0);
    this.#secret = null;
    this.#opening = null;
    this.#opened.forget();
  }

  #become(state: VaultState): void {
    this.state = state;
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
