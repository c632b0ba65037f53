/**
 * Whether the key belongs to an input method that is composing a word. Chromium reports the Enter that ends a
 * composition with `isComposing` unset but with key code 229.
 */
export function isComposing(event: KeyboardEvent): boolean {
  // oxlint-disable-next-line typescript/no-deprecated -- nothing else tells a composition's last key
  return event.isComposing || event.keyCode === 229;
}
