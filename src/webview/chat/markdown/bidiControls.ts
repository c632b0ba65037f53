/**
 * Characters that change the direction of text could make code look like other code: they are shown by their
 * numbers.
 */
export function revealBidiControls(text: string): string {
  return text.replace(
    /[\u202A-\u202E\u2066-\u2069]/g,
    character => `[U+${character.charCodeAt(0).toString(16).toUpperCase()}]`,
  );
}
