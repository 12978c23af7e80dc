/** A short buzz where the device has one: eyes stay on the children. */
export function vibrate(ms = 15): void {
  navigator.vibrate?.(ms);
}
