/** Text on one line, without control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** What no URL may contain, what ends its path, and characters that change its reading direction. */
const notInPath = /[\p{Cc}\p{Z}%"<>\\^`{|}#?\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/**
 * A path in URL syntax (RFC 3986 with the letters of all scripts left readable): only what would end or
 * change it is encoded.
 * @param also further characters that the language around it would take for its own
 */
export function encodeUrl(path: string, also?: RegExp): string {
  const encoded = path.replace(/./gsu, character =>
    notInPath.test(character) || also?.test(character) ? encodeCharacter(character) : character,
  );
  // "a:b/c.png" would be read as a scheme.
  return /^[^/]*:/.test(encoded) ? `./${encoded}` : encoded;
}

function encodeCharacter(character: string): string {
  const bytes = Buffer.from(character).toString('hex').toUpperCase();
  return bytes.replace(/../g, '%$&');
}

/**
 * The value of a double-quoted attribute, in HTML and everything like it. Braces are hidden from Svelte and
 * from template languages (`{{`, `{%`), `<` from those with `<%`; every one of them decodes character
 * references.
 */
export function escapeAttribute(value: string): string {
  return value.replace(/[&<>"{}]/g, character => characterReferences[character] ?? character);
}

const characterReferences: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '{': '&#123;',
  '}': '&#125;',
};

/** A path that says that it is one, as modules and Vue's templates want it. */
export function dotted(path: string): string {
  return /^\.{0,2}\//.test(path) ? path : `./${path}`;
}

/** The words of a file's name without its extension, for a name made of them; none when it has no letters. */
export function wordsOf(path: string): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(word => word !== '');
}

/** `name`, or the first of `name2`, `name3` … that is free. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}${number}`;
    if (!isTaken(candidate)) return candidate;
  }
}
