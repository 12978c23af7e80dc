import { afterEach, describe, expect, test, vi } from 'vitest';
import { openDeviceKey } from '../../pwa/src/vault/device_key.ts';
import { openVault } from '../../pwa/src/vault/open.ts';
import { findPinFault } from '../../pwa/src/vault/pin.ts';
import { type Vault, VaultShut } from '../../pwa/src/vault/vault.ts';
import { type KeyDisk, makeKeyDisk } from './vault_store.ts';

const BODIES = ['{"text":"S: “thirds don’t fit” 🌱"}', '', '\ufeff{"payload":{}}'];
const PIN = '273905';

const pair = await crypto.subtle.generateKey(
  {
    name: 'RSA-OAEP',
    hash: 'SHA-256',
    modulusLength: 3072,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  true,
  ['encrypt', 'decrypt'],
);
const { kty, n, e } = await crypto.subtle.exportKey('jwk', pair.publicKey);
/** As the server hands it out. */
const ORGANISATION = { key_id: 'k1', jwk: { kty, n, e, alg: 'RSA-OAEP-256' } as JsonWebKey };

interface Tablet {
  readonly tablet: KeyDisk;
  readonly profile: KeyDisk;
  readonly vault: Vault;
}

async function open(tablet = makeKeyDisk(), profile = makeKeyDisk()): Promise<Tablet> {
  return { tablet, profile, vault: await openVault(profile, await openDeviceKey(tablet)) };
}

const reopen = ({ tablet, profile }: Tablet) => open(tablet, profile);

async function openWithPin(): Promise<Tablet> {
  const made = await open();
  await made.vault.sealTo(ORGANISATION);
  expect(await made.vault.setPin(PIN)).toBe('set');
  return made;
}

/** What the server does with a sealed push. */
async function openOnServer(vault: Vault, kept: readonly (string | Uint8Array)[]) {
  const sealed = await vault.sealedKey();
  if (!sealed) throw new Error('not sealed');
  const bytes = (text: string) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const secret = await crypto.subtle.decrypt(
    { name: 'RSA-OAEP' },
    pair.privateKey,
    bytes(sealed.sealed_key),
  );
  expect(secret.byteLength).toBe(32);
  const key = await crypto.subtle.importKey('raw', secret, 'AES-GCM', false, ['decrypt']);
  return Promise.all(
    kept.map(async (one) => {
      const raw = one as Uint8Array<ArrayBuffer>;
      const iv = raw.slice(0, 12);
      const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, raw.slice(12));
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(plain);
    }),
  );
}

async function tryWrong(vault: Vault, times: number): Promise<string[]> {
  const said: string[] = [];
  for (let at = 0; at < times; at++) said.push(await vault.unlock('860417'));
  return said;
}

describe('a tablet without a PIN', () => {
  test('seals what it makes and opens it after a restart', async () => {
    const first = await open();
    expect(first.vault.state).toBe('open');
    const kept = await first.vault.seal(BODIES);
    const { vault } = await reopen(first);
    expect(await vault.open(kept)).toEqual(BODIES);
  });

  test('keeps neither the profile key nor a text in the clear', async () => {
    const { profile, vault } = await open();
    const [kept] = await vault.seal([`evidence ${PIN}`]);
    const lies = [...profile.rows.values(), kept].map((value) =>
      JSON.stringify(value, (_, one) =>
        one instanceof Uint8Array ? String.fromCharCode(...one) : one,
      ),
    );
    expect(lies.join()).not.toContain('evidence');
    const { wrapped } = profile.rows.get('reading_key') as { wrapped: Uint8Array };
    expect(wrapped.length).toBe(12 + 32 + 16);
  });

  test('seals the same text differently each time', async () => {
    const { vault } = await open();
    const [one, other] = await vault.seal(['same', 'same']);
    expect(one).not.toEqual(other);
  });

  test('says which text can no longer be read, and reads the others', async () => {
    const { vault } = await open();
    const kept = await vault.seal(['a', 'b', 'c']);
    const damaged = (kept[1] as Uint8Array<ArrayBuffer>).slice();
    damaged[20] = (damaged[20] ?? 0) ^ 1;
    expect(await vault.open([kept[0] ?? '', damaged, new Uint8Array(3), kept[2] ?? ''])).toEqual([
      'a',
      null,
      null,
      'c',
    ]);
  });

  test('gives back as it is what an earlier version kept in the clear', async () => {
    const { vault } = await open();
    expect(await vault.open(['plain'])).toEqual(['plain']);
  });

  test('keeps a photo the same way', async () => {
    const first = await open();
    const photo = crypto.getRandomValues(new Uint8Array(50_000));
    const sealed = (await first.vault.sealBytes(photo)) as Uint8Array<ArrayBuffer>;
    expect(sealed.subarray(12, 112)).not.toEqual(photo.subarray(0, 100));
    const { vault } = await reopen(first);
    expect(await vault.openBytes(sealed)).toEqual(photo);
    expect(await vault.openBytes(sealed.slice(1))).toBeNull();
  });

  test('two tabs that start at once have one key', async () => {
    const [tablet, profile] = [makeKeyDisk(), makeKeyDisk()];
    const [one, other] = await Promise.all([open(tablet, profile), open(tablet, profile)]);
    expect(await other.vault.open(await one.vault.seal(BODIES))).toEqual(BODIES);
    const { vault } = await open(tablet, profile);
    expect(await vault.open(await other.vault.seal(BODIES))).toEqual(BODIES);
  });

  test('does not lock: nothing would open it again', async () => {
    const { vault } = await open();
    expect(await vault.lock()).toBe(false);
    expect(vault.state).toBe('open');
  });
});

describe('the device key', () => {
  test('is one for the tablet, cannot be read out, and seals names', async () => {
    const tablet = makeKeyDisk();
    const key = await openDeviceKey(tablet);
    expect(key.kind).toBe('hidden');
    expect((tablet.rows.get('device_key') as CryptoKey).extractable).toBe(false);
    const kept = await key.seal(['Coach Lee']);
    expect(await (await openDeviceKey(tablet)).open(kept)).toEqual(['Coach Lee']);
    expect(await (await openDeviceKey(makeKeyDisk())).open(kept)).toEqual([null]);
  });

  test('is written out where the browser cannot store it, says so, and works', async () => {
    const tablet = makeKeyDisk();
    tablet.refuses_keys = true;
    const first = await open(tablet);
    const kept = await first.vault.seal(BODIES);
    expect((await openDeviceKey(tablet)).kind).toBe('written_out');
    const { vault } = await reopen(first);
    expect(await vault.open(kept)).toEqual(BODIES);
  });

  test('a full disk is no reason to write it out', async () => {
    const tablet = makeKeyDisk();
    const full = new DOMException('full', 'QuotaExceededError');
    tablet.putOnce = () => Promise.reject(full);
    await expect(openDeviceKey(tablet)).rejects.toBe(full);
  });
});

describe('a browser that cannot encrypt', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('goes on capturing in the clear and says so', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const { vault } = await open();
    expect(vault.state).toBe('unencrypted');
    expect(await vault.seal(BODIES)).toEqual(BODIES);
    expect(await vault.open(BODIES)).toEqual(BODIES);
    expect(await vault.sealBytes(new Uint8Array(3))).toBeNull();
    expect(await vault.setPin(PIN)).toBe('shut');
    expect(await vault.forgetReading()).toBe(false);
  });

  test('does not take what was sealed before for lost', async () => {
    const first = await open();
    const kept = await first.vault.seal(BODIES);
    vi.stubGlobal('crypto', {});
    const { vault } = await reopen(first);
    expect(await vault.open(kept)).toBe('locked');
  });
});

describe('a tablet with a PIN', () => {
  test('is locked after a restart and opens with the PIN only', async () => {
    const first = await openWithPin();
    const kept = await first.vault.seal(BODIES);
    const { vault } = await reopen(first);
    expect([vault.state, vault.has_pin]).toEqual(['locked', true]);
    expect(await vault.open(kept)).toBe('locked');
    await expect(vault.seal(BODIES)).rejects.toBeInstanceOf(VaultShut);
    expect(await vault.unlock('273906')).toBe('wrong');
    expect(await vault.open(kept)).toBe('locked');
    expect(await vault.unlock(PIN)).toBe('open');
    expect(await vault.open(kept)).toEqual(BODIES);
  });

  test('needs the device key as well: the PIN alone opens no copy of the profile', async () => {
    const { profile } = await openWithPin();
    const elsewhere = await open(makeKeyDisk(), profile.copy());
    expect(await elsewhere.vault.unlock(PIN)).toBe('ended');
  });

  test('asks 600,000 rounds or more of whoever guesses, with a salt of its own', async () => {
    const [one, other] = [await openWithPin(), await openWithPin()].map(
      ({ profile }) => profile.rows.get('reading_key') as { iterations: number; salt: Uint8Array },
    );
    expect(one?.iterations).toBeGreaterThanOrEqual(600_000);
    expect(one?.salt).not.toEqual(other?.salt);
  });

  test('cannot get one before the organisation can open what lies here', async () => {
    const { vault } = await open();
    expect(await vault.setPin(PIN)).toBe('not_sealed');
    expect(vault.has_pin).toBe(false);
  });

  test('a lock while the PIN is being changed loses no key', async () => {
    const first = await openWithPin();
    const kept = await first.vault.seal(BODIES);
    await Promise.all([first.vault.setPin('918273'), first.vault.lock()]);
    const { vault } = await reopen(first);
    expect(await vault.unlock('918273')).toBe('open');
    expect(await vault.open(kept)).toEqual(BODIES);
  });

  test('what was on its way to the disk when it was locked still gets there', async () => {
    const { vault } = await openWithPin();
    expect(await vault.lock()).toBe(true);
    const kept = await vault.seal(BODIES);
    expect(await vault.open(kept)).toBe('locked');
    await vault.unlock(PIN);
    expect(await vault.open(kept)).toEqual(BODIES);
  });

  test('without it again, opens by itself', async () => {
    const first = await openWithPin();
    await first.vault.removePin();
    const { vault } = await reopen(first);
    expect([vault.state, vault.has_pin]).toEqual(['open', false]);
  });

  test('a PIN that anybody would try first is not taken', () => {
    expect(['0000', '1234', '98765', '123', '123456789', '12a4'].map(findPinFault)).toEqual([
      'too_easy',
      'too_easy',
      'too_easy',
      'too_short',
      'too_long',
      'not_digits',
    ]);
    expect(findPinFault(PIN)).toBeNull();
  });
});

describe('wrong PINs', () => {
  test('the right one gives all five tries back', async () => {
    const { vault } = await openWithPin();
    await vault.lock();
    expect(await tryWrong(vault, 4)).toEqual(['wrong', 'wrong', 'wrong', 'wrong']);
    expect(vault.tries_left).toBe(1);
    expect(await vault.unlock(PIN)).toBe('open');
    expect(vault.tries_left).toBe(5);
  });

  test('five in a row end reading for good, and a restart between them gains none', async () => {
    const first = await openWithPin();
    await first.vault.lock();
    await tryWrong(first.vault, 3);
    const again = await reopen(first);
    expect(again.vault.tries_left).toBe(2);
    expect(await tryWrong(again.vault, 2)).toEqual(['wrong', 'ended']);
    const last = await reopen(first);
    expect(last.vault.state).toBe('ended');
    expect(await last.vault.unlock(PIN)).toBe('ended');
  });

  test('trying side by side gains none either', async () => {
    const first = await openWithPin();
    const tabs = await Promise.all(Array.from({ length: 8 }, () => reopen(first)));
    const said = await Promise.all(tabs.map(({ vault }) => vault.unlock('860417')));
    expect(said.filter((one) => one === 'wrong').length).toBeLessThan(5);
    expect((await reopen(first)).vault.state).toBe('ended');
  });

  test('closing the page in the middle of a try costs that try', async () => {
    const first = await openWithPin();
    const { profile, vault } = await reopen(first);
    const atOnce = profile.putOnce;
    profile.putOnce = async (key, value) => {
      await atOnce(key, value);
      throw new Error('the page was closed');
    };
    await expect(vault.unlock('860417')).rejects.toThrow('closed');
    profile.putOnce = atOnce;
    expect((await reopen(first)).vault.tries_left).toBe(4);
  });

  test('afterwards the old profile still delivers, and a new one begins', async () => {
    const first = await openWithPin();
    const kept = await first.vault.seal(BODIES);
    await first.vault.lock();
    await tryWrong(first.vault, 5);
    const old = await reopen(first);
    expect(await old.vault.open(kept)).toBe('locked');
    expect(await openOnServer(old.vault, kept)).toEqual(BODIES);
    const fresh = await open(first.tablet);
    expect(fresh.vault.state).toBe('open');
    expect(await fresh.vault.open(kept)).toEqual([null, null, null]);
  });
});

describe('for the organisation', () => {
  test('what lies here opens on the server, byte for byte, while the tablet is locked', async () => {
    const first = await openWithPin();
    const kept = await first.vault.seal(BODIES);
    const { vault } = await reopen(first);
    expect(vault.state).toBe('locked');
    expect(await vault.sealedKey()).toMatchObject({ key_id: 'k1' });
    expect(await openOnServer(vault, kept)).toEqual(BODIES);
  });

  test('is sealed once for each key, and a locked tablet keeps what it has', async () => {
    const { vault } = await openWithPin();
    const first = await vault.sealedKey();
    await vault.sealTo(ORGANISATION);
    expect(await vault.sealedKey()).toEqual(first);
    await vault.lock();
    await vault.sealTo({ ...ORGANISATION, key_id: 'k2' });
    expect(await vault.sealedKey()).toEqual(first);
    await vault.unlock(PIN);
    await vault.sealTo({ ...ORGANISATION, key_id: 'k2' });
    expect((await vault.sealedKey())?.key_id).toBe('k2');
  });

  test('signing out destroys reading, not delivering', async () => {
    const first = await open();
    await first.vault.sealTo(ORGANISATION);
    const kept = await first.vault.seal(BODIES);
    expect(await first.vault.forgetReading()).toBe(true);
    expect(await first.vault.open(kept)).toBe('locked');
    const { vault } = await reopen(first);
    expect(vault.state).toBe('ended');
    expect(await openOnServer(vault, kept)).toEqual(BODIES);
  });

  test('reading is not destroyed before it is sealed: that would lose taps', async () => {
    const first = await open();
    expect(await first.vault.forgetReading()).toBe(false);
    expect((await reopen(first)).vault.state).toBe('open');
  });

  test('a lost device key costs the view only', async () => {
    const first = await open();
    await first.vault.sealTo(ORGANISATION);
    const kept = await first.vault.seal(BODIES);
    first.tablet.rows.clear();
    const { vault } = await reopen(first);
    expect(vault.state).toBe('ended');
    expect(await vault.open(kept)).toBe('locked');
    expect(await openOnServer(vault, kept)).toEqual(BODIES);
  });

  test('what nobody can open any more is said to be lost', async () => {
    const first = await open();
    const kept = await first.vault.seal(BODIES);
    first.tablet.rows.clear();
    const { vault } = await reopen(first);
    expect(await vault.open([...kept, 'plain'])).toEqual([null, null, null, 'plain']);
  });
});

describe('keys that were cleared under the open app', () => {
  test('lie on the disk again, with the PIN and for the organisation', async () => {
    const first = await openWithPin();
    const kept = await first.vault.seal(BODIES);
    first.tablet.rows.clear();
    first.profile.rows.clear();
    expect(await first.vault.keepKeys()).toBe(true);
    const { vault } = await reopen(first);
    expect(vault.state).toBe('locked');
    expect(await openOnServer(vault, kept)).toEqual(BODIES);
    await vault.unlock(PIN);
    expect(await vault.open(kept)).toEqual(BODIES);
  });

  test('are not written beside those of a profile that began meanwhile', async () => {
    const first = await open();
    first.tablet.rows.clear();
    first.profile.rows.clear();
    await reopen(first);
    expect(await first.vault.keepKeys()).toBe(false);
  });

  test('where the reading key alone is gone, no other one stands beside what is sealed with it', async () => {
    const first = await openWithPin();
    const kept = await first.vault.seal(BODIES);
    first.profile.rows.delete('reading_key');
    const { vault } = await reopen(first);
    expect(vault.state).toBe('ended');
    expect(await openOnServer(vault, kept)).toEqual(BODIES);
  });
});

test('whoever listens hears of every change of state', async () => {
  const { vault } = await openWithPin();
  const heard: string[] = [];
  const stop = vault.subscribe(() => heard.push(`${vault.state} ${vault.tries_left}`));
  await vault.lock();
  await vault.unlock('860417');
  await vault.unlock(PIN);
  stop();
  await vault.lock();
  expect(heard).toEqual(['locked 5', 'locked 4', 'open 5']);
});

test('a thousand bodies open in one go, in their order', async () => {
  const { vault } = await open();
  const bodies = Array.from(
    { length: 1_000 },
    (_, at) => `{"at":${at},"text":"${'x'.repeat(500)}"}`,
  );
  expect(await vault.open(await vault.seal(bodies))).toEqual(bodies);
});
