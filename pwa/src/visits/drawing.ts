import { options } from 'preact';

/** Too short to be noticed, and mostly long enough for the disk. */
const LATER_MS = 50;

/**
 * What `act` changes is drawn a little later, or before that with whatever changes next: a tablet that is to
 * write draws afterwards. Its state has changed at once.
 */
export function drawLater(act: () => void): void {
  const before = options.debounceRendering;
  options.debounceRendering = (draw) => setTimeout(draw, LATER_MS);
  try {
    act();
  } finally {
    // Anything else that changes meets another way of drawing than the last one's, and is drawn at once.
    if (before) options.debounceRendering = before;
    else delete options.debounceRendering;
  }
}
