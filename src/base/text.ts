const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * The characters as a reader counts them, so that no accent, vowel sign or emoji is cut in two.
 * @param limit the most to return; the rest of a long text is not read
 */
export function graphemes(text: string, limit = Infinity): string[] {
  const found: string[] = [];
  if (limit <= 0) return found;
  for (const { segment } of segmenter.segment(text)) {
    found.push(segment);
    if (found.length >= limit) break;
  }
  return found;
}

/**
 * The longest beginning of a text that keeps both limits and ends between two characters.
 * @param characters at most so many graphemes
 * @param bytes at most so many in UTF-8
 */
export function cutText(text: string, characters: number, bytes: number): string {
  let cut = '';
  let size = 0;
  for (const grapheme of graphemes(text, characters)) {
    size += Buffer.byteLength(grapheme);
    if (size > bytes) break;
    cut += grapheme;
  }
  return cut;
}

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

/** Blanks and line breaks of every kind. */
const blanks = /[\s\u0085]+/g;
/** What is not drawn: controls, marks and overrides of the direction, halves of characters, fillers. */
const unseen = /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufff9-\ufffb]/gu;
/** More marks on one letter than any language writes would be drawn across the lines around it. */
const piledMarks = /(\p{M}{6})\p{M}+/gu;
/** What makes a link of `[text](address)`, and an icon of `$(name)`. */
const markup = /(?<=[\]$])\(/g;

/**
 * A text that is nothing but text wherever an editor shows it: on one line, without controls and marks of
 * the direction, and with a zero-width space where it could form a link or an icon. Its own result stays as
 * it is.
 * @param limit the most characters to return, as a reader counts them; what is longer ends with an ellipsis
 */
export function inertText(text: string, limit: number): string {
  // Only so much of a text of any length is looked at.
  const start = text.slice(0, limit * 40);
  const line = start.replaceAll(blanks, ' ').replaceAll(unseen, '').replaceAll(piledMarks, '$1').trim();
  const inert = line.replaceAll(markup, '\u200b(');
  // One character can be endless, too. Languages that join several code units to one stay below this.
  const most = limit * 2 + 40;
  const characters = graphemes(inert.slice(0, most), limit + 1);
  if (start.length === text.length && inert.length <= most && characters.length <= limit) return inert;
  const cut = characters
    .slice(0, limit - 1)
    .join('')
    .slice(0, most - 1);
  return `${cut.replace(/[\ud800-\udbff]$/, '').trimEnd()}…`;
}
