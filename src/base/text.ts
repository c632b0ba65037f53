const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * The characters as a reader counts them, so that no accent, vowel sign or emoji is cut in two.
 * @param limit the most to return; the rest of a long text is not looked at
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
