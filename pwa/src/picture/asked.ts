/** In shares of the picture's width and height, from its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is kept of a picture: the part inside `crop`, with `covers` burnt into its pixels. */
export interface Cut {
  readonly crop: Box;
  readonly covers: readonly Box[];
}

export interface Asked {
  readonly picture: ImageBitmap;
  readonly cut: Cut;
}

/** bytes of a JPEG; null where this browser's worker cannot. */
export interface Told {
  readonly bytes: ArrayBuffer | null;
}
