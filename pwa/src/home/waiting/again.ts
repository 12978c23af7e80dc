/** Of these the server says that entering it again helps; the others count by themselves later, or are settled. */
const AGAIN = new Set([
  'choice-unknown',
  'class-not-of-teacher',
  'item-of-other-type',
  'item-unknown',
  'level-unknown',
  'lost-on-device',
  'nothing-corrected',
  'payload-wrong',
  'same-id-other-content',
  'sweep-over-total',
  'too-long',
  'wrong-place',
]);

export function can_be_entered_again(code: string): boolean {
  return AGAIN.has(code);
}
