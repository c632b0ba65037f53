/** A string of a script, which takes a path as it is. */
export function quoted(path: string, quote: string): string {
  const inner = path.replace(/[\\"'\p{Cc}\u2028\u2029]/gu, character => {
    if (character === '\\' || character === quote) return `\\${character}`;
    if (character === '"' || character === "'") return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return quote + inner + quote;
}
