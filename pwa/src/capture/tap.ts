/** As far as a finger may slip, and as long as it may rest, and it is still a tap to every browser. */
const SLIP_PX = 10;
const REST_MS = 500;
/** A finger that stops a list on its way taps nothing. */
const STILL_MS = 150;

interface Touch {
  readonly button: unknown;
  readonly x: number;
  readonly y: number;
  readonly at: number;
}

let began: Touch | null = null;
let scrolled_at = Number.NEGATIVE_INFINITY;

globalThis.addEventListener?.(
  'scroll',
  ({ timeStamp }) => {
    scrolled_at = timeStamp;
  },
  { capture: true, passive: true },
);

/**
 * What a tap on a button does, done when the finger leaves the glass: the click that the browser makes of it
 * comes later, and what it changes on the way to that is drawn before the disk's answer is heard. Where there
 * is any doubt whether it was a tap, it is left to the click: mouse, keyboard, screen readers, two fingers.
 */
export function onTap(act: () => void) {
  return {
    onPointerDown: begin,
    onTouchEnd: (event: TouchEvent) => {
      if (takesTap(event)) act();
    },
    onClick: act,
  };
}

function begin({ isPrimary, currentTarget, clientX, clientY, timeStamp }: PointerEvent): void {
  const is_still = timeStamp - scrolled_at > STILL_MS;
  began =
    isPrimary && is_still ? { button: currentTarget, x: clientX, y: clientY, at: timeStamp } : null;
}

/** True only where the browser was kept from making a click of it as well: no tap counts twice. */
function takesTap(event: TouchEvent): boolean {
  const from = began;
  began = null;
  const [touch] = event.changedTouches;
  if (!from || !touch || event.touches.length > 0 || from.button !== event.currentTarget) {
    return false;
  }
  const has_slipped = Math.hypot(touch.clientX - from.x, touch.clientY - from.y) > SLIP_PX;
  const has_rested = event.timeStamp - from.at > REST_MS;
  const has_scrolled = scrolled_at >= from.at;
  if (has_slipped || has_rested || has_scrolled || is_disabled(from.button) || is_typing())
    return false;
  event.preventDefault();
  return event.defaultPrevented;
}

function is_disabled(button: unknown): boolean {
  return (button as { disabled?: boolean }).disabled === true;
}

/** The click takes the focus out of the field, and the keyboard off the screen. */
function is_typing(): boolean {
  const field = document.activeElement?.localName;
  return field === 'input' || field === 'textarea';
}
