import type { EntryDraft } from '../../../../pwa/src/entry/entry.ts';
import { hashBytes } from '../../../../pwa/src/log/hash.ts';
import type { Chance } from './chance.ts';
import type { Ended } from './checker.ts';
import type { Tap } from './ledger.ts';

export interface Picture {
  readonly hash: string;
  readonly bytes: ArrayBuffer;
}

/** What the camera gives after it was asked: a small picture like no other, and the entry that names it. */
export function photograph(
  intended: EntryDraft,
  chance: Chance,
): { taken: EntryDraft; picture: Picture } {
  const bytes = chance.bytes(chance.between(40, 1_400));
  const hash = hashBytes(bytes);
  const payload = { sha256: hash, alt: 'Four posters on a wall', names_covered: true };
  return {
    taken: { ...intended, kind: 'photo.taken', payload },
    picture: { hash, bytes: bytes.buffer },
  };
}

/** Every picture that had its dot is on the server byte for byte, or was declared lost by a tablet that could not give it. */
export function checkPhotos(ended: Ended): string[] {
  const stalled = ended.profiles.flatMap(({ name, photos_waiting }) =>
    photos_waiting > 0 ? [`stall: ${photos_waiting} photos are still only on ${name}`] : [],
  );
  const judged = [...ended.ledger.taps.values()].flatMap((tap) =>
    tap.picture && (tap.dotted_at !== null || tap.checked_at !== null)
      ? judge(ended, tap, tap.picture)
      : [],
  );
  return [...stalled, ...judged];
}

function judge(ended: Ended, tap: Tap, { hash, bytes }: Picture): string[] {
  const { photos, spoilt_photos, profiles } = ended;
  const about = `photo of tap ${tap.number} of ${tap.profile.tablet.name}`;
  const there = photos.there[hash];
  if (there !== undefined) {
    const is_same = there === Buffer.from(bytes).toString('base64');
    return is_same ? [] : [`changed: ${about} has other bytes`];
  }
  const is_gone_here = tap.lost_with.includes(tap.profile);
  if (photos.lost.includes(hash)) {
    const may_be_lost = is_gone_here || spoilt_photos.has(hash);
    return may_be_lost ? [] : [`given up: ${about} was declared lost and lies on its tablet`];
  }
  // What a locked tablet has lost, it finds out when somebody unlocks it.
  const is_hers = (person_id: string) => person_id === tap.made.entry.author_id;
  const may_come = profiles.some((one) => !one.may_read && is_hers(one.person_id));
  const is_untold = spoilt_photos.has(hash) && may_come;
  return is_gone_here || is_untold ? [] : [`lost: ${about}`];
}
