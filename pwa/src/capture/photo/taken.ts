/** A picture that is on no disk yet, and when it was taken. */
export interface Taken {
  readonly picture: ImageBitmap;
  readonly occurred_at: string;
}
