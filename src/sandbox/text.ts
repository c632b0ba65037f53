/** The characters of a text as a person counts them in a limit: code points, not UTF-16 units. */
export function codePoints(text: string): string[] {
  return Array.from(text);
}

/** The text on one line, shortened to `limit` characters. */
export function shorten(text: string, limit: number): string {
  const characters = codePoints(text.replaceAll(/\s+/g, ' ').trim());
  return characters.length <= limit
    ? characters.join('')
    : `${characters
        .slice(0, limit - 1)
        .join('')
        .trimEnd()}…`;
}
